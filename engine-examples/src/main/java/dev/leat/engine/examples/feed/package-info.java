/** A subscriber that keeps its place when the program is restarted: a sink of a host's own. */
package dev.leat.engine.examples.feed;
