package dev.leat.engine.internal.exec;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The changes that a sink has not committed, in order: first those that its session was given, then
 * those that it was not. Guarded by the lock of its delivery.
 */
final class SinkQueue {
  private final Deque<EpochChanges> given = new ArrayDeque<>();
  private final Deque<EpochChanges> waiting = new ArrayDeque<>();
  private long rows;
  private long givenRows;
  private long givenSince;

  void add(EpochChanges changes) {
    waiting.add(changes);
    rows += changes.count();
  }

  /** How many changes there are, in rows. */
  long rows() {
    return rows;
  }

  /** How many of them the session was given. */
  long givenRows() {
    return givenRows;
  }

  boolean hasGiven() {
    return !given.isEmpty();
  }

  /** When the session was given the first of those that it has. */
  long givenSince() {
    return givenSince;
  }

  /** What the session is to be given next; null if it has everything. */
  @Nullable EpochChanges next() {
    return waiting.peek();
  }

  /** Says that the session has the next ones. */
  void given(EpochChanges changes, long nowNanos) {
    if (waiting.peek() != changes) {
      throw new IllegalStateException("not the next changes: position=" + changes.position());
    }
    waiting.remove();
    if (given.isEmpty()) {
      givenSince = nowNanos;
    }
    given.add(changes);
    givenRows += changes.count();
  }

  /** Says that everything up to a position is committed, and that the session has nothing else. */
  void drop(long position) {
    drop(given, position);
    drop(waiting, position);
    givenRows = 0;
  }

  private void drop(Deque<EpochChanges> from, long position) {
    Iterator<EpochChanges> all = from.iterator();
    while (all.hasNext()) {
      EpochChanges next = all.next();
      if (next.position() <= position) {
        rows -= next.count();
        all.remove();
      }
    }
  }

  /** Says that there is no session any more. */
  void takeBack() {
    while (!given.isEmpty()) {
      waiting.addFirst(given.removeLast());
    }
    givenRows = 0;
  }
}
