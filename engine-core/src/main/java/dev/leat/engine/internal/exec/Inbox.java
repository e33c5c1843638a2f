package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Plan;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where rows wait for the next epoch: hosts' threads put them in, the engine takes all that are
 * there. While the engine is busy more come together, so the busier it is the larger its epochs
 * are; when it is idle an epoch is one row. It is bounded: when it is full, whoever appends waits.
 */
final class Inbox {
  /** Writes the rows of one append. All of them come in, or none if it throws. */
  interface Writer {
    /** Writes rows through {@link Filling}. */
    void writeTo(Filling filling);
  }

  /** The epoch being filled, under the inbox's lock. */
  final class Filling {
    /** The rows of an input, to write more to. */
    StagedRows rows(int input) {
      StagedRows last = open[input];
      if (last == null) {
        last = pool.take(input);
        open[input] = last;
        rowMarks[input] = 0;
        valueMarks[input] = 0;
        epoch.sections().add(new Epoch.Section(input, last));
      }
      return last;
    }

    /** Adds rows as they are; they are the inbox's from now on. */
    void add(int input, StagedRows rows) {
      epoch.sections().add(new Epoch.Section(input, rows));
      open[input] = rows;
    }

    void reject(Epoch.Reject reject) {
      epoch.rejects().add(reject);
    }

    /** Has the append's number kept, if there are no rows, too. */
    void keepNumber() {
      isNumberKept = true;
    }

    void reached(Epoch.Reached time) {
      epoch.reached().add(time);
    }

    /**
     * Says which append this is, before anything is written.
     *
     * @return null if it is new; else what it repeats, and then nothing is to be written
     */
    Producers.@Nullable Earlier claim(Epoch.Sequence sequence) {
      Producers.Earlier earlier = producers.find(sequence);
      claimed = earlier == null ? sequence : null;
      return earlier;
    }
  }

  private static final long MAX_APPEND_BYTES = 16L << 20;

  private final RowsPool pool;
  private final Producers producers;
  private final StateBudget budget;
  private final int maxRows;
  private final long maxBytes;
  private final boolean canWait;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Condition notFull = lock.newCondition();
  private final @Nullable StagedRows[] open;
  private final int[] rowMarks;
  private final int[] valueMarks;
  private final Filling filling = new Filling();
  private Epoch epoch;
  private Epoch.@Nullable Sequence claimed;
  private boolean isNumberKept;
  private @Nullable EngineException closedBecause;

  /**
   * An empty inbox. Where another thread takes epochs, it waits for room.
   *
   * @param producers what each of them appended last
   * @param budget refuses rows while the state is too large
   */
  Inbox(
      Plan plan, RowsPool pool, RuntimeSettings settings, Producers producers, StateBudget budget) {
    this.pool = pool;
    this.producers = producers;
    this.budget = budget;
    this.maxRows = settings.epochRows();
    this.maxBytes = settings.epochBytes();
    this.canWait = settings.ownThread();
    this.open = new StagedRows[plan.inputs().size()];
    this.rowMarks = new int[open.length];
    this.valueMarks = new int[open.length];
    this.epoch = new Epoch(1);
  }

  /** Sets the position of the epoch being filled; before any row is in it. */
  void start(long position) {
    epoch = new Epoch(position);
  }

  /** Has the next epoch say when the engine was opened; if it is refused, the one after it. */
  void opened(long clockMicros) {
    lock.lock();
    try {
      epoch.opened(clockMicros);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts rows into the epoch being filled; waits for room.
   *
   * @return that epoch; null if the writer wrote nothing and nothing waits there
   */
  @Nullable Epoch append(Writer writer) {
    lock.lock();
    try {
      awaitRoom();
      for (int i = 0; i < open.length; i++) {
        StagedRows rows = open[i];
        rowMarks[i] = rows == null ? 0 : rows.size();
        valueMarks[i] = rows == null ? 0 : rows.valueCount();
      }
      int sections = epoch.sections().size();
      int rejects = epoch.rejects().size();
      int times = epoch.reached().size();
      boolean done = false;
      claimed = null;
      isNumberKept = false;
      try {
        long bytes = epoch.byteSize();
        int rowCount = epoch.rowCount();
        boolean mayAdd = !budget.isExceeded();
        int additions = mayAdd ? 0 : epoch.additions();
        writer.writeTo(filling);
        checkSize(epoch.byteSize() - bytes);
        if (!mayAdd && epoch.additions() > additions) {
          budget.makeRoom();
        }
        done = true;
        if (claimed != null && (isNumberKept || epoch.rowCount() > rowCount)) {
          epoch.sequences().add(claimed);
          producers.expect(claimed, epoch);
        }
      } finally {
        if (!done) {
          takeBack(sections, rejects);
          epoch.reached().subList(times, epoch.reached().size()).clear();
        }
      }
      if (epoch.isEmpty()) {
        return null;
      }
      notEmpty.signal();
      return epoch;
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() {
    checkOpen();
    // Without another thread to make room, the runtime has stepped before.
    while (canWait && isFullNow()) {
      try {
        notFull.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineException(
            EngineException.Kind.UNAVAILABLE, "interrupted while waiting for room in the inbox", e);
      }
      checkOpen();
    }
  }

  /** Throws if this thread is writing rows at the moment: what it wants would wait for itself. */
  void checkNotWriting() {
    if (lock.isHeldByCurrentThread()) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "neither append nor step inside engine.append(...): write with the transaction that it"
              + " gives");
    }
  }

  private static void checkSize(long bytes) {
    if (bytes > MAX_APPEND_BYTES) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "one append is at most "
              + MAX_APPEND_BYTES
              + " bytes, because its rows are seen all at once: bytes="
              + bytes
              + "; nothing was appended, split it");
    }
  }

  private boolean isFullNow() {
    return !epoch.isEmpty() && (epoch.rowCount() >= maxRows || epoch.byteSize() >= maxBytes);
  }

  /** Does it take no more before the next epoch is taken? */
  boolean isFull() {
    lock.lock();
    try {
      return isFullNow();
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    EngineException reason = closedBecause;
    if (reason != null) {
      // A new one, so that its stack trace shows who called.
      throw new EngineException(reason.kind(), String.valueOf(reason.getMessage()), reason);
    }
  }

  /** Takes back what a failed append wrote: what was there before stays. */
  private void takeBack(int sections, int rejects) {
    while (epoch.sections().size() > sections) {
      epoch.sections().remove(epoch.sections().size() - 1);
    }
    while (epoch.rejects().size() > rejects) {
      epoch.rejects().remove(epoch.rejects().size() - 1);
    }
    Arrays.fill(open, null);
    for (Epoch.Section section : epoch.sections()) {
      open[section.input()] = section.rows();
    }
    for (int i = 0; i < open.length; i++) {
      StagedRows rows = open[i];
      if (rows != null) {
        rows.rollback(rowMarks[i], valueMarks[i]);
      }
    }
  }

  /** Takes the epoch being filled and starts the next; null if it is empty. */
  @Nullable Epoch take(long nowMicros) {
    lock.lock();
    try {
      return epoch.isEmpty() ? null : close(nowMicros);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the epoch being filled, and starts the next, whether there are rows in it or not. */
  Epoch takeTick(long nowMicros) {
    lock.lock();
    try {
      return close(nowMicros);
    } finally {
      lock.unlock();
    }
  }

  private Epoch close(long nowMicros) {
    Epoch taken = epoch;
    taken.close(nowMicros);
    epoch = new Epoch(taken.position() + 1);
    Arrays.fill(open, null);
    notFull.signalAll();
    return taken;
  }

  /**
   * Refuses the epoch taken last, which did not come into the log, and what came in behind it: who
   * appends in several steps must not see a later one acknowledged and an earlier one not. Its
   * position is free again.
   */
  void refuse(Epoch taken, EngineException reason) {
    lock.lock(); // so that nobody who is told puts more into an epoch that is refused too
    try {
      producers.forget(taken);
      producers.forget(epoch);
      taken.fail(reason);
      epoch.fail(reason);
      epoch = new Epoch(taken.position());
      epoch.opened(taken.openedMicros());
      Arrays.fill(open, null);
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are rows, or it is closed, or the time is up. */
  void awaitRows(long atMostNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = atMostNanos;
      while (epoch.isEmpty() && closedBecause == null && left > 0) {
        left = notEmpty.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Refuses rows from now on; those that are in stay. */
  void close(EngineException reason) {
    lock.lock();
    try {
      if (closedBecause == null) {
        closedBecause = reason;
      }
      notEmpty.signalAll();
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closedBecause != null;
    } finally {
      lock.unlock();
    }
  }

  /** Fails whoever waits for rows that were never taken. */
  void failRest(Throwable reason) {
    lock.lock();
    try {
      epoch.fail(reason);
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
