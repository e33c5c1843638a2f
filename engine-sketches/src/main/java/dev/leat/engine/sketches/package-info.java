/** Approximate aggregates that keep little: distinct counts and percentiles. */
package dev.leat.engine.sketches;
