package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.EventTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The rows that go through the engine in one step, and that readers see all at once: one record of
 * the log. Filled under the inbox's lock, then the engine thread's.
 */
final class Epoch {
  /** At most so many bytes of UTF-8 for each char of a string. */
  private static final int MAX_UTF8_BYTES = 3;

  /**
   * Rows of one input.
   *
   * @param input its index in the plan
   */
  record Section(int input, StagedRows rows) {}

  /**
   * A row that could not be decoded.
   *
   * @param source what brought it: "stream 'clicks'"
   * @param reason why not
   * @param row a bounded copy of it
   */
  record Reject(String source, String reason, String row) {}

  /**
   * Which append of which producer is in the epoch.
   *
   * @param producer its name
   * @param number greater than those of its appends before
   */
  record Sequence(String producer, long number) {}

  /**
   * How far the event time of a stream has come, as its source says.
   *
   * @param stream its name
   * @param micros since 1970; rows before it are no longer expected
   */
  record Reached(String stream, long micros) {}

  private final List<Section> sections = new ArrayList<>();
  private final List<Reject> rejects = new ArrayList<>();
  private final List<Sequence> sequences = new ArrayList<>();
  private final List<Reached> reached = new ArrayList<>();
  private final CompletableFuture<Long> logged = new CompletableFuture<>();
  private final CompletableFuture<Long> synced = new CompletableFuture<>();
  private final long position;
  private long tickMicros;
  private long openedMicros = EventTime.NEVER;

  /** An empty epoch that will be at a position, if the log takes it. */
  Epoch(long position) {
    this.position = position;
  }

  long position() {
    return position;
  }

  /** When it was closed, in microseconds since 1970: the only time that the engine knows. */
  long tickMicros() {
    return tickMicros;
  }

  void close(long closedAtMicros) {
    tickMicros = closedAtMicros;
  }

  /**
   * When the engine was opened, in microseconds since 1970, if this is the first epoch after that;
   * else {@link EventTime#NEVER}. Not said where it does not matter.
   */
  long openedMicros() {
    return openedMicros;
  }

  void opened(long clockMicros) {
    openedMicros = clockMicros;
  }

  List<Section> sections() {
    return sections;
  }

  List<Reject> rejects() {
    return rejects;
  }

  /** The appends in it whose producers numbered them, in order. */
  List<Sequence> sequences() {
    return sequences;
  }

  /** What sources said of event time, in order. */
  List<Reached> reached() {
    return reached;
  }

  /** The rows of an input, in order. */
  List<StagedRows> rows(int input) {
    return sections.stream().filter(s -> s.input() == input).map(Section::rows).toList();
  }

  /** Completes with the position when it is in the log, or with the reason why it is not. */
  CompletableFuture<Long> logged() {
    return logged;
  }

  /** Completes with the position when it survives a power cut. */
  CompletableFuture<Long> synced() {
    return synced;
  }

  void fail(Throwable reason) {
    logged.completeExceptionally(reason);
    synced.completeExceptionally(reason);
  }

  boolean isEmpty() {
    return sections.isEmpty() && rejects.isEmpty() && reached.isEmpty() && sequences.isEmpty();
  }

  /** How many rows there are, good or bad; what was said of event time counts as one, too. */
  int rowCount() {
    int count = rejects.size() + reached.size();
    for (Section section : sections) {
      count += section.rows().size();
    }
    return count;
  }

  /** How many rows are new to the engine's state, or may be: all but deletions. */
  int additions() {
    int count = rejects.size();
    for (Section section : sections) {
      count += section.rows().puts();
    }
    return count;
  }

  long byteSize() {
    long bytes = 0;
    for (Section section : sections) {
      bytes += section.rows().byteSize();
    }
    for (Reject reject : rejects) {
      int characters = reject.source().length() + reject.reason().length() + reject.row().length();
      bytes += 3L * Integer.BYTES + (long) MAX_UTF8_BYTES * characters;
    }
    for (Reached time : reached) {
      bytes += Integer.BYTES + Long.BYTES + (long) MAX_UTF8_BYTES * time.stream().length();
    }
    for (Sequence sequence : sequences) {
      bytes += Integer.BYTES + Long.BYTES;
      bytes += (long) MAX_UTF8_BYTES * sequence.producer().length();
    }
    return bytes;
  }
}
