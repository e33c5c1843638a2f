package dev.leat.engine.iceberg;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.source.ReadingProgress;
import dev.leat.engine.iceberg.internal.source.SourceBounds;
import dev.leat.engine.iceberg.internal.source.SourceReading;
import dev.leat.engine.iceberg.internal.source.SourceStart;
import dev.leat.engine.iceberg.internal.source.SourceTable;
import dev.leat.engine.iceberg.internal.source.SourceTable.Deletions;
import dev.leat.engine.iceberg.internal.source.SourceTable.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An Iceberg table as what fills a stream of an engine, each row exactly once: first what the table
 * has, then what commits add to it. Immutable; refinements return a copy.
 *
 * <pre>{@code
 * IcebergSource source = IcebergSource.of(Lake.local(Path.of("lake")), "web.clicks");
 * source.readInto(engine, "clicks");
 * }</pre>
 *
 * <p>{@link #readInto} reads what there is and returns; called again, also by another process after
 * a crash, it goes on behind what is in. {@link #followInto} does that again and again in a thread
 * of its own.
 *
 * <p>How far a source has come is the number of its last append, in the engine's log with the rows
 * ({@link Engine#lastNumber}). It belongs to the table, whatever that is called (its UUID), and to
 * the source's name, which is that of the stream unless there is another: a source with another
 * name, or of a table that was dropped and made anew, begins anew.
 *
 * <p>Columns are found by their names; those that the stream has not are passed over. Rows of later
 * commits come behind those of earlier ones; those of one commit in the order of its files.
 * Compaction changes no rows, and is passed over. A commit that takes rows away cannot be followed,
 * and ends the reading with an error.
 */
public final class IcebergSource {
  private static final Duration MIN_INTERVAL = Duration.ofMillis(100);

  private final SourceTable read;

  private IcebergSource(SourceTable read) {
    this.read = read;
  }

  /**
   * A table, whole.
   *
   * @param table with its namespace: {@code "web.clicks"}; of format version 2 or later
   */
  public static IcebergSource of(Lake lake, String table) {
    LakeAddress address = Objects.requireNonNull(lake, "lake").address();
    return new IcebergSource(
        new SourceTable(
            new Target(address, table, Optional.empty()),
            new SourceStart.Whole(),
            Optional.empty(),
            Deletions.REFUSED,
            told -> {},
            Steps.UNDISTURBED));
  }

  /**
   * A copy with a name of its own, for a second source of the same table into the same stream: one
   * for another time, say. It must be the same whenever the source is to go on.
   *
   * @param name 1 to 200 characters
   */
  public IcebergSource named(String name) {
    Target target = new Target(read.target().lake(), read.target().table(), Optional.of(name));
    return new IcebergSource(
        new SourceTable(
            target, read.start(), read.bounds(), read.deletions(), read.progress(), read.steps()));
  }

  /**
   * A copy that begins behind a snapshot, which the table still must have, and not with all rows. A
   * source that has read something goes on where it is.
   */
  public IcebergSource behindSnapshot(long snapshot) {
    return startingWith(new SourceStart.Behind(snapshot));
  }

  /**
   * A copy that begins with what was committed later than a time, and not with all rows. The table
   * must have all snapshots since then. A source that has read something goes on where it is.
   */
  public IcebergSource committedAfter(Instant time) {
    return startingWith(new SourceStart.Later(Objects.requireNonNull(time, "time")));
  }

  private IcebergSource startingWith(SourceStart other) {
    return new IcebergSource(
        new SourceTable(
            read.target(), other, read.bounds(), read.deletions(), read.progress(), read.steps()));
  }

  /**
   * A copy that reads only rows of a time. Files whose partition or statistics say that they have
   * none are not opened. Rows whose time is null are left out. Other bounds hold from then on: what
   * a source is behind it does not read again.
   *
   * @param column of instants, which the stream has
   * @param from inclusive
   * @param until exclusive
   */
  public IcebergSource between(String column, Instant from, Instant until) {
    return within(new SourceBounds(column, Optional.of(from), Optional.of(until)));
  }

  /** A copy that reads only rows from a time on; see {@link #between}. */
  public IcebergSource from(String column, Instant from) {
    return within(new SourceBounds(column, Optional.of(from), Optional.empty()));
  }

  /** A copy that reads only rows before a time; see {@link #between}. */
  public IcebergSource until(String column, Instant until) {
    return within(new SourceBounds(column, Optional.empty(), Optional.of(until)));
  }

  private IcebergSource within(SourceBounds other) {
    return new IcebergSource(
        new SourceTable(
            read.target(),
            read.start(),
            Optional.of(other),
            read.deletions(),
            read.progress(),
            read.steps()));
  }

  /**
   * A copy for which it is no matter if rows are deleted from the table: of a table from which old
   * rows are taken away. They stay in the stream. Rows that are replaced by others are refused
   * still.
   */
  public IcebergSource ignoringDeletions() {
    return new IcebergSource(
        new SourceTable(
            read.target(),
            read.start(),
            read.bounds(),
            Deletions.IGNORED,
            read.progress(),
            read.steps()));
  }

  /** A copy that tells how far it is: often, by the thread that reads, which waits meanwhile. */
  public IcebergSource tellingProgress(Consumer<SourceProgress> to) {
    Objects.requireNonNull(to, "to");
    Consumer<ReadingProgress> told = reading -> to.accept(SourceProgress.of(reading));
    return new IcebergSource(
        new SourceTable(
            read.target(), read.start(), read.bounds(), read.deletions(), told, read.steps()));
  }

  /** A copy that says what it does, so that a test can let it fail. */
  IcebergSource telling(Steps told) {
    return new IcebergSource(
        new SourceTable(
            read.target(), read.start(), read.bounds(), read.deletions(), read.progress(), told));
  }

  /**
   * Reads what the table has and the stream has not, and appends it. If that fails it can be called
   * again, and goes on. One call at a time for each name and stream.
   *
   * <pre>{@code
   * SourceProgress read = source.readInto(engine, "clicks");
   * engine.view("sessions").await(read.position());
   * }</pre>
   *
   * @param stream of the engine
   * @throws EngineException INVALID if the table is not there, does not fit the stream, or was
   *     changed in a way that cannot be followed; FULL if the engine has no space; UNAVAILABLE if a
   *     file cannot be read
   */
  public SourceProgress readInto(Engine engine, String stream) {
    return SourceProgress.of(new SourceReading(read, engine, stream).pass());
  }

  /**
   * Reads again and again, in a thread of its own, until it is closed.
   *
   * @param stream of the engine
   * @param interval from the end of a reading to the next; 100 ms or more
   * @throws EngineException INVALID if there is no such stream
   */
  public SourceFollower followInto(Engine engine, String stream, Duration interval) {
    if (interval.compareTo(MIN_INTERVAL) < 0) {
      throw new IllegalArgumentException(
          "an interval must be at least 100 ms: interval=" + interval);
    }
    return SourceFollower.start(new SourceReading(read, engine, stream), interval);
  }

  SourceTable table() {
    return read;
  }

  @Override
  public String toString() {
    return read.describe();
  }
}
