package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which file rows went to, by the words that their partition depends on, so that
 * Iceberg's transforms are asked once for each partition and not for each row. A time counts by its
 * hour or day, which is as fine as the partitions or finer. Transforms that spread many values over
 * few partitions are not remembered.
 */
final class PartitionRoutes {
  private static final int MAX_ROUTES = 1 << 10;
  private static final int SLOTS = 4 * MAX_ROUTES;
  private static final long SPREAD = 0x9e3779b97f4a7c15L;
  private static final long HOUR_MICROS = 3_600_000_000L;

  /** One column that a partition depends on. */
  private record Part(int column, Type type, long unit) {
    long word(SinkChanges changes, int row) {
      return switch (type.kind()) {
        case STRING, BYTES -> changes.codeAt(row, column);
        case DECIMAL ->
            type.precision() > Type.MAX_WORD_PRECISION
                ? changes.codeAt(row, column)
                : changes.longAt(row, column);
        case FLOAT, DOUBLE -> Double.doubleToRawLongBits(changes.doubleAt(row, column));
        default -> Math.floorDiv(changes.longAt(row, column), unit);
      };
    }
  }

  private final Part[] parts;

  /** The words of each slot, and behind them which are null. */
  private final long[] words;

  private final @Nullable DataFileWriter[] files = new @Nullable DataFileWriter[SLOTS];
  private final long[] probe;
  private int slot;
  private int used;
  private @Nullable Object codes;

  private PartitionRoutes(List<Part> parts) {
    this.parts = parts.toArray(Part[]::new);
    this.probe = new long[parts.size() + 1];
    this.words = new long[SLOTS * probe.length];
  }

  /** For a partitioned table; nothing if a transform is of the other kind. */
  static Optional<PartitionRoutes> of(PartitionSpec spec, TableShape shape) {
    List<Part> parts = new ArrayList<>();
    for (PartitionField partition : spec.fields()) {
      String transform = partition.transform().toString();
      boolean isTime = List.of("hour", "day", "month", "year").contains(transform);
      int column = shape.source().find(shape.schema().findColumnName(partition.sourceId()));
      if (column < 0 || !(isTime || partition.transform().isIdentity())) {
        return Optional.empty();
      }
      Field field = shape.source().field(column);
      boolean isByHour = isTime && field.type().kind() == Type.Kind.INSTANT;
      parts.add(new Part(column, field.type(), isByHour ? HOUR_MICROS : 1));
    }
    return Optional.of(new PartitionRoutes(parts));
  }

  /** The file that rows like this one went to, if that is remembered. */
  @Nullable DataFileWriter find(SinkChanges changes, int row) {
    if (changes.codes() != codes) {
      forget();
      codes = changes.codes();
    }
    long hash = 0;
    long nulls = 0;
    for (int i = 0; i < parts.length; i++) {
      boolean isNull = changes.isNull(row, parts[i].column);
      long word = isNull ? 0 : parts[i].word(changes, row);
      probe[i] = word;
      nulls = (nulls << 1) | (isNull ? 1 : 0);
      hash = (hash ^ word) * SPREAD;
      hash ^= hash >>> Integer.SIZE;
    }
    probe[parts.length] = nulls;
    slot = (int) (hash ^ nulls) & (SLOTS - 1);
    while (files[slot] != null && !isProbeAt(slot)) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    return files[slot];
  }

  private boolean isProbeAt(int at) {
    int from = at * probe.length;
    return Arrays.equals(words, from, from + probe.length, probe, 0, probe.length);
  }

  /** Remembers the file of the row that was not found. */
  void put(DataFileWriter file) {
    if (used == MAX_ROUTES) {
      forget();
    }
    // Forgetting frees the slot; a row that looked past others is then remembered twice at most.
    files[slot] = file;
    System.arraycopy(probe, 0, words, slot * probe.length, probe.length);
    used++;
  }

  /** Forgets everything: a file was completed, or codes mean something else. */
  void forget() {
    if (used > 0) {
      Arrays.fill(files, null);
      used = 0;
    }
  }
}
