package dev.leat.engine.iceberg.internal.source;

import dev.leat.engine.Appended;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Position;
import dev.leat.engine.ProducerSequence;
import dev.leat.engine.Row;
import dev.leat.engine.StreamInput;
import dev.leat.engine.iceberg.internal.catalog.OpenCatalog;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.scan.SnapshotRows;
import dev.leat.engine.iceberg.internal.source.SourceHistory.Portion;
import dev.leat.engine.iceberg.internal.source.SourcePlace.Part;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;

/**
 * Brings the rows of a table into a stream, from where the stream is.
 *
 * <p>A snapshot's files have an order, its rows have numbers in it, and where a chunk of rows ends
 * follows from where it begins. So whatever is appended a second time, after a crash or an
 * acknowledgement that was lost, is the same rows with the same number, and the engine takes it
 * once. The last chunk of a snapshot says that nothing is behind it, so the snapshot is not needed
 * any more.
 *
 * <p><b>Threading.</b> One thread reads; any may ask for {@link #progress} or stop it.
 */
public final class SourceReading {
  private static final String PREFIX = "source:iceberg:";
  private static final int MAX_ROWS = 4096;
  private static final long MAX_BYTES = 4L << 20;

  private final SourceTable source;
  private final Engine engine;
  private final StreamInput<Row> stream;
  private final String name;
  private final String what;
  private volatile ReadingProgress progress = ReadingProgress.NONE;
  private volatile boolean isStopped;

  /** Whose place is known beyond what the engine has; another table of that name is another. */
  private @Nullable String known;

  private @Nullable SourcePlace behind;

  public SourceReading(SourceTable source, Engine engine, String stream) {
    this.source = source;
    this.engine = engine;
    this.stream = engine.stream(stream);
    this.name = source.target().name().orElse(stream);
    this.what = "the source of stream '" + stream + "', " + source.describe() + ",";
    source.bounds().ifPresent(bounds -> bounds.indexIn(this.stream.schema(), what));
  }

  public ReadingProgress progress() {
    return progress;
  }

  /** Lets a reading end at the next chunk of rows. */
  public void stop() {
    isStopped = true;
  }

  /** Reads all that the table has and the stream has not. */
  public ReadingProgress pass() {
    try (OpenCatalog catalog = source.target().lake().open(source.steps())) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(source.target().table()));
      requireFit(table);
      // The UUID, as another table of that name has numbers of its own.
      String producer = PREFIX + table.uuid() + ":" + name;
      if (!producer.equals(known)) {
        known = producer;
        behind = null;
      }
      SourceHistory history = new SourceHistory(table, source, what);
      for (Portion portion : history.portions(place(producer))) {
        read(table, producer, history, portion);
        if (isStopped) {
          return progress;
        }
        behind = portion.place(SourcePlace.ALL);
      }
      keepPlace(producer);
      return progress;
    } catch (NoSuchTableException e) {
      throw new EngineException(
          Kind.INVALID, what + " has no table; a sink makes it with its first commit", e);
    } catch (NotFoundException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          what
              + " does not find a file; if the snapshot was expired meanwhile, the next reading"
              + " says so: cause="
              + e.getMessage(),
          e);
    } catch (UncheckedSQLException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          what + " cannot read the catalog; is it a file of something else? cause=" + e.getCause(),
          e);
    } catch (UncheckedIOException e) {
      throw new EngineException(
          Kind.UNAVAILABLE, what + " cannot read: cause=" + e.getMessage(), e);
    }
  }

  private void requireFit(Table table) {
    if (!(table instanceof HasTableOperations versioned)) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " is what Iceberg tells of a table, and has no commits of its own; name the table");
    }
    if (versioned.operations().current().formatVersion() < 2) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " has format version 1, whose commits have no numbers; set its property"
              + " format-version=2");
    }
    TableShape.requireReadable(stream.schema(), table.schema(), what);
  }

  /**
   * Keeps the place behind snapshots that had nothing for the stream, so that a source that is
   * opened anew does not need them. A source that has brought nothing yet begins anew instead: its
   * bounds may have been wrong.
   */
  private void keepPlace(String producer) {
    SourcePlace looked = behind;
    OptionalLong last = engine.lastNumber(producer);
    if (looked != null && last.isPresent() && last.getAsLong() < looked.number()) {
      Appended unused = stream.passOver(ProducerSequence.of(producer, looked.number()));
    }
  }

  /** What is read already: what the engine has, or more where nothing was wanted. */
  private Optional<SourcePlace> place(String producer) {
    OptionalLong last = engine.lastNumber(producer);
    SourcePlace looked = behind;
    if (looked != null && (last.isEmpty() || last.getAsLong() < looked.number())) {
      return Optional.of(looked);
    }
    return last.isEmpty() ? Optional.empty() : Optional.of(SourcePlace.of(last.getAsLong()));
  }

  private void read(Table table, String producer, SourceHistory history, Portion portion) {
    Snapshot snapshot = portion.snapshot();
    progress = progress.at(snapshot);
    source.progress().accept(progress);
    SnapshotRows rows = new SnapshotRows(table, stream.schema(), what);
    Set<String> unwanted = new HashSet<>();
    UnaryOperator<DataFile> noted =
        file -> {
          if (source.bounds().isPresent() && !source.bounds().get().mayBeIn(file, table)) {
            unwanted.add(file.location());
          }
          return file.copyWithoutStats();
        };
    List<SnapshotRows.File> files;
    if (portion.part() == Part.WHOLE) {
      files = rows.files(snapshot, noted);
    } else if (history.hasAdded(snapshot)) {
      files = rows.added(snapshot, noted);
    } else {
      return;
    }
    Chunk chunk = new Chunk(producer, portion);
    long first = 0;
    for (SnapshotRows.File file : files) {
      long next = first + file.data().recordCount();
      if (next > portion.behind()) {
        if (unwanted.contains(file.data().location())) {
          progress = progress.withFiles(0, 1);
        } else if (!isStopped) {
          progress = progress.withFiles(1, 0);
          source.steps().at("before a file is read");
          chunk.take(rows, file, first);
        }
      }
      first = next;
    }
    if (!isStopped) {
      chunk.send(SourcePlace.ALL);
    }
  }

  /** Rows that are to be appended at once, and the files that they come from. */
  private final class Chunk {
    private final String producer;
    private final Portion portion;
    private final int time;
    private final List<Row> rows = new ArrayList<>();
    private long size;
    private long read;
    private long end;

    private Chunk(String producer, Portion portion) {
      this.producer = producer;
      this.portion = portion;
      this.time = source.bounds().map(b -> b.indexIn(stream.schema(), what)).orElse(-1);
    }

    /**
     * Takes the rows of a file.
     *
     * @param first so many rows of the snapshot are before it
     */
    private void take(SnapshotRows of, SnapshotRows.File file, long first) {
      of.read(
          file,
          (position, values) -> {
            if (!isStopped && first + position >= portion.behind()) {
              take(values, first + position);
            }
          });
    }

    private void take(@Nullable Object[] values, long number) {
      read++;
      if (time >= 0 && !source.bounds().orElseThrow().contains(values[time])) {
        return;
      }
      // Not when it is full: whether it is the last is known when the next row comes.
      long bytes = bytesOf(values);
      if (rows.size() >= MAX_ROWS || (!rows.isEmpty() && size + bytes > MAX_BYTES)) {
        send(end);
      }
      rows.add(Row.of(stream.schema(), values));
      size += bytes;
      end = number + 1;
    }

    private void send(long behind) {
      SourcePlace place = portion.place(behind);
      if (!rows.isEmpty()) {
        source.steps().at("before rows are appended");
        progress = progress.withRows(append(place), read, rows.size());
        source.steps().at("after rows were appended");
      } else {
        progress = progress.withRows(progress.position(), read, 0);
      }
      rows.clear();
      size = 0;
      read = 0;
      source.progress().accept(progress);
    }

    private Position append(SourcePlace place) {
      Appended appended;
      try {
        appended = stream.append(rows, ProducerSequence.of(producer, place.number()));
      } catch (IllegalArgumentException e) {
        throw notTaken(place, e);
      } catch (EngineException e) {
        // A row that is larger than an append may be, say: it is no use to come again.
        throw e.kind() == Kind.INVALID ? notTaken(place, e) : e;
      }
      // What was sent again after a lost acknowledgement is the last; more is somebody else's.
      if (appended.isDuplicate() && engine.lastNumber(producer).orElse(0) > place.number()) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " is read by somebody else at the same time; read it once, or give one of the"
                + " sources another name with named(...): name="
                + name);
      }
      return appended.position();
    }
  }

  private EngineException notTaken(SourcePlace place, RuntimeException cause) {
    return new EngineException(
        Kind.INVALID,
        what
            + " has a row that the stream does not take: "
            + cause.getMessage()
            + " at="
            + place
            + "; rows behind a place are read by another name with committedAfter or bounds of"
            + " time",
        cause);
  }

  /** About how many bytes a row takes in the log, of which one append has a limit. */
  private static long bytesOf(@Nullable Object[] values) {
    long bytes = 0;
    for (Object value : values) {
      bytes += bytesOf(value);
    }
    return bytes;
  }

  private static long bytesOf(@Nullable Object value) {
    long bytes = Long.BYTES;
    if (value instanceof String text) {
      bytes += 3L * text.length();
    } else if (value instanceof byte[] array) {
      bytes += array.length;
    } else if (value instanceof List<?> list) {
      for (Object element : list) {
        bytes += bytesOf(element);
      }
    } else if (value instanceof BigDecimal) {
      bytes += Long.BYTES;
    }
    return bytes;
  }
}
