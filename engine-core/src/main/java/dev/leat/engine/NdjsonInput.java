package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.StrictUtf8;
import dev.leat.engine.internal.exec.Appender;
import dev.leat.engine.internal.json.JsonLimits;
import dev.leat.engine.internal.json.NdjsonDecoder;
import dev.leat.engine.internal.json.NdjsonReader;
import dev.leat.engine.plan.Node;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Appends NDJSON, a JSON object a line, to an input; a field is the column of its name. Into a
 * table with a key each row is an upsert, into one without an insertion. Any thread; each call
 * decodes on its own.
 *
 * <p>A line that cannot be decoded goes to the ledger with the reason, and the others go on. Lines
 * become visible in chunks of some thousands, not all at once. Times are ISO-8601 strings with an
 * offset. Refused are: duplicate fields, invalid UTF-8, lone surrogates, several documents on a
 * line, nesting deeper than 64, numbers of more than 64 digits, strings of more than 64 KiB, lines
 * of more than 1 MiB, more than 1,024 fields. Unknown fields are passed over.
 */
public final class NdjsonInput {
  private static final int MAX_COPY = 4096;

  private final Node.Input input;
  private final Appender appender;

  NdjsonInput(Node.Input input, Appender appender) {
    this.input = input;
    this.appender = appender;
  }

  /** Appends NDJSON in UTF-8 and waits until it is acknowledged. */
  public NdjsonResult append(byte[] ndjson) {
    try {
      return append(new ByteArrayInputStream(ndjson), progress -> {});
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
  }

  /**
   * Appends NDJSON and waits until it is acknowledged. A line in which half of a surrogate pair
   * stands alone goes to the ledger.
   */
  public NdjsonResult append(String ndjson) {
    return append(StrictUtf8.encodeUnchecked(ndjson));
  }

  /**
   * Appends a file of NDJSON and waits until it is acknowledged.
   *
   * @param progress is told how far it has come, as with a stream
   * @throws IOException if the file cannot be read; what was read before is in
   */
  public NdjsonResult append(Path file, Consumer<Progress> progress) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return append(stream, progress);
    }
  }

  /**
   * Appends a stream of NDJSON to its end and waits until it is acknowledged. The stream is not
   * closed.
   *
   * <p>What is acknowledged is always a beginning of the stream. If this throws, the last progress
   * told says where it ends, to the byte: the lines up to there are in, and a host that can read
   * them again goes on behind them. A {@code COMMIT_UNKNOWN} alone leaves open what lies behind.
   *
   * @param progress is told, in this thread, how much is acknowledged, whenever there is more
   * @throws EngineException FULL if the log has no space in the middle of it
   * @throws IOException if the stream fails; the lines before are in
   */
  public NdjsonResult append(InputStream stream, Consumer<Progress> progress) throws IOException {
    appender.checkMayWait();
    Chunks chunks = new Chunks(progress);
    try {
      reader().read(stream, appender.newRows(input), chunks::reject, chunks::take);
      return chunks.finish();
    } catch (EngineException e) {
      chunks.finishBefore(e);
      Progress in = chunks.acknowledged;
      throw new EngineException(
          e.kind(),
          e.getMessage()
              + "; of the NDJSON a beginning is in: go on behind it. bytes="
              + in.bytes()
              + " accepted="
              + in.accepted()
              + " rejected="
              + in.rejected(),
          e);
    } catch (IOException e) {
      chunks.finishBefore(e);
      throw e;
    }
  }

  /**
   * Appends NDJSON in UTF-8, unless its producer has appended it before, and waits until it is
   * acknowledged. All of it is one append: its lines become visible all at once, those that cannot
   * be decoded go to the ledger with them, and it may be no larger than an append may be.
   *
   * @param sequence who appends, and which append this is
   * @throws EngineException INVALID if the rows take more than 16 MiB; nothing was appended
   */
  public NdjsonResult append(byte[] ndjson, ProducerSequence sequence) {
    appender.checkMayWait();
    List<StagedRows> chunks = new ArrayList<>();
    List<Rejected> rejected = new ArrayList<>();
    NdjsonReader.Progress total;
    try {
      total =
          reader()
              .read(
                  new ByteArrayInputStream(ndjson),
                  appender.newRows(input),
                  (reason, line, from, to) -> rejected.add(Rejected.of(reason, line, from, to)),
                  (rows, progress) -> {
                    chunks.add(rows);
                    return appender.newRows(input);
                  });
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
    Appended appended =
        Engine.append(
            appender,
            sequence,
            () ->
                into -> {
                  chunks.forEach(rows -> into.add(input, rows));
                  rejected.forEach(r -> into.reject(input, r.reason(), r.row()));
                });
    boolean isDuplicate = appended.isDuplicate();
    return new NdjsonResult(
        appended.position(),
        total.bytes(),
        isDuplicate ? 0 : total.accepted(),
        isDuplicate ? 0 : total.rejected(),
        isDuplicate);
  }

  /** Appends NDJSON, unless its producer has appended it before; see the other method. */
  public NdjsonResult append(String ndjson, ProducerSequence sequence) {
    return append(StrictUtf8.encodeUnchecked(ndjson), sequence);
  }

  private NdjsonReader reader() {
    return new NdjsonReader(new NdjsonDecoder(input.schema(), JsonLimits.DEFAULT));
  }

  /** A line that could not be decoded, or its beginning. */
  private record Rejected(String reason, String row) {
    static Rejected of(String reason, byte[] buffer, int from, int to) {
      int end = Math.min(to, from + MAX_COPY);
      return new Rejected(reason, new String(buffer, from, end - from, StandardCharsets.UTF_8));
    }
  }

  /**
   * The chunks of one call: the next is decoded while those before are on their way into the log.
   */
  private final class Chunks {
    private record Sent(Appender.Pending pending, Progress end) {}

    private final Consumer<Progress> progress;
    private final List<Rejected> rejected = new ArrayList<>();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private Progress acknowledged = new Progress(0, 0, 0);
    private long position;

    private Chunks(Consumer<Progress> progress) {
      this.progress = progress;
    }

    private void reject(String reason, byte[] buffer, int from, int to) {
      rejected.add(Rejected.of(reason, buffer, from, to));
    }

    private StagedRows take(StagedRows rows, NdjsonReader.Progress soFar) {
      List<Rejected> some = List.copyOf(rejected);
      rejected.clear();
      Sent before = sent.peekLast();
      Appender.Pending pending =
          appender.appendAsync(
              into -> {
                if (before != null) {
                  // While no epoch can be taken: behind a refused chunk there must be no other.
                  before.pending().throwIfRefused();
                }
                into.add(input, rows);
                some.forEach(r -> into.reject(input, r.reason(), r.row()));
              });
      sent.add(new Sent(pending, new Progress(soFar.bytes(), soFar.accepted(), soFar.rejected())));
      // Whatever failed is thrown soon, and not only at the end of a long stream.
      while (!sent.isEmpty() && sent.element().pending().isDone()) {
        acknowledgeFirst();
      }
      return appender.newRows(input);
    }

    private void acknowledgeFirst() {
      position = sent.element().pending().await();
      acknowledged = sent.remove().end();
      progress.accept(acknowledged);
    }

    private NdjsonResult finish() {
      while (!sent.isEmpty()) {
        acknowledgeFirst();
      }
      return new NdjsonResult(
          new Position(position),
          acknowledged.bytes(),
          acknowledged.accepted(),
          acknowledged.rejected(),
          false);
    }

    /** Waits for what was on its way when something failed, up to what failed too. */
    private void finishBefore(Exception failure) {
      try {
        finish();
      } catch (EngineException e) {
        if (e != failure) {
          failure.addSuppressed(e);
        }
      }
    }
  }
}
