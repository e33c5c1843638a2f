package dev.leat.engine.iceberg.internal.source;

import java.time.Instant;

/** Where a source begins in a table of which it has read nothing yet. */
public sealed interface SourceStart {
  /** With all rows of the snapshot that the table has then. */
  record Whole() implements SourceStart {}

  /** With what was added behind a snapshot. */
  record Behind(long snapshot) implements SourceStart {}

  /** With what was committed later than then. */
  record Later(Instant committed) implements SourceStart {}
}
