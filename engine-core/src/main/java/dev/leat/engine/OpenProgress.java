package dev.leat.engine;

import java.util.Objects;

/**
 * How far an engine that is being opened has come with its replay.
 *
 * @param position where the views are
 * @param last where they will be when it is open
 */
public record OpenProgress(Position position, Position last) {
  public OpenProgress {
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(last, "last");
  }
}
