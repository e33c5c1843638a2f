package dev.leat.engine;

/**
 * A place in the log: what was appended up to and including it. Positions count up from 1; 0 is
 * before everything.
 *
 * @param value not negative
 */
public record Position(long value) implements Comparable<Position> {
  /** Before everything. */
  public static final Position START = new Position(0);

  public Position {
    if (value < 0) {
      throw new IllegalArgumentException("a position is not negative: value=" + value);
    }
  }

  @Override
  public int compareTo(Position other) {
    return Long.compare(value, other.value);
  }
}
