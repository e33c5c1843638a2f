/** One runnable main per example system. */
package dev.leat.engine.examples;
