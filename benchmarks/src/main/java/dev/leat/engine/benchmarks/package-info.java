/** JMH benchmarks of the engine. */
package dev.leat.engine.benchmarks;
