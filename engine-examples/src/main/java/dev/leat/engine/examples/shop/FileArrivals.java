package dev.leat.engine.examples.shop;

import dev.leat.engine.Engine;
import dev.leat.engine.NdjsonResult;
import dev.leat.engine.examples.UserFiles;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The events of a file, which come in in its order: each when it happened, or with the one before,
 * if that is later. So an event that stands behind later ones comes in late. Lines that say no time
 * come in with the one before, and the engine judges them.
 *
 * <p>A time more than a day ahead of all before may be a mistake, which must not take the clock
 * along: such an event comes in with the next one.
 */
final class FileArrivals implements Arrivals, AutoCloseable {
  /** Finds the time in a line; whether it is an event at all is the engine's to say. */
  private static final Pattern TIME = Pattern.compile("\"event_time\"\\s*:\\s*\"([^\"]*)\"");

  private static final Duration DAY = Duration.ofDays(1);

  private final Path file;
  private final BufferedReader reader;
  private final Instant start;
  private @Nullable String next;
  private @Nullable String afterNext;

  /** When the next one comes in. */
  private Instant at;

  /** When something came in last. */
  private Instant quietSince;

  private long accepted;
  private long rejected;

  private FileArrivals(Path file, BufferedReader reader) throws IOException {
    this.file = file;
    this.reader = reader;
    this.next = readLine();
    this.afterNext = readLine();
    Instant first = next == null ? null : time(next);
    this.start = first == null ? GeneratedTraffic.START : first;
    this.at = start;
    this.quietSince = start;
  }

  /** The events of a file. */
  static FileArrivals of(Path file) throws IOException {
    // One char for each byte: whether these are UTF-8 is the engine's to say, too.
    BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
    boolean isDone = false;
    try {
      FileArrivals arrivals = new FileArrivals(file, reader);
      isDone = true;
      return arrivals;
    } finally {
      if (!isDone) {
        reader.close();
      }
    }
  }

  /** When the first comes in. */
  Instant start() {
    return start;
  }

  private @Nullable String readLine() throws IOException {
    try {
      return reader.readLine();
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + UserFiles.reason(e), e);
    }
  }

  private static @Nullable Instant time(String line) {
    Matcher matcher = TIME.matcher(line);
    if (!matcher.find()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(matcher.group(1)).toInstant();
    } catch (DateTimeParseException e) {
      return null; // The engine says what is wrong with the line.
    }
  }

  @Override
  public boolean isOver(Instant now) {
    return next == null;
  }

  /**
   * After a day without an event nothing of it is to be watched any more, however long it lasts.
   */
  @Override
  public Instant earliest(Instant time) {
    return time.isAfter(quietSince.plus(DAY)) ? later(time, at) : time;
  }

  @Override
  public void bring(Engine engine, Instant until) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (String line = next; line != null; line = next) {
      at = arrival(line);
      if (at.isAfter(until)) {
        break;
      }
      lines.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
      lines.write('\n');
      next = afterNext;
      afterNext = readLine();
    }
    if (lines.size() > 0) {
      quietSince = until;
      NdjsonResult result = engine.ndjson(ShopPipeline.EVENTS).append(lines.toByteArray());
      accepted += result.accepted();
      rejected += result.rejected();
    }
  }

  private Instant arrival(String line) {
    Instant time = later(at, time(line));
    if (!time.isAfter(at.plus(DAY))) {
      return time;
    }
    Instant following = later(at, afterNext == null ? null : time(afterNext));
    return following.isBefore(time) ? following : time;
  }

  private static Instant later(Instant a, @Nullable Instant b) {
    return b != null && b.isAfter(a) ? b : a;
  }

  /** What came in. */
  String text() {
    return String.format(Locale.ROOT, "Accepted %,d rows, rejected %,d", accepted, rejected);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
