package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What leads from the rows of a view at one position to those at a later one; from nothing to the
 * rows, if there is no earlier one.
 *
 * <p><b>How.</b> The pages of rows that the two snapshots share are the same rows, and are not
 * looked at: the cost is in proportion to the pages that were written to between the two. In the
 * others, rows that are the same at the same place are passed over; the rest is matched by key (by
 * the whole row, if the view has none), because a row may have moved. A key's old row comes right
 * before its new one, as in the changes of an epoch.
 *
 * <p><b>Codes.</b> A code of the earlier snapshot may have been freed and given to another value
 * since. In a shared page that cannot be: its rows were there all the time. Elsewhere values are
 * compared instead of codes, if any code was freed.
 *
 * <p><b>Order.</b> That of the places of rows, which are given out in the order of arrival: the
 * same two positions of the same log always give the same difference.
 *
 * <p>It is computed when it is first asked for. What is kept of it is places and weights: a change
 * that takes away is decoded from the earlier snapshot, one that adds from the later.
 */
final class ViewDifference implements ViewChanges {
  /** The rows of the view at one position. */
  private record Side(StoredRows.Snapshot rows, Dictionary.Values values) {
    private static Side of(ReadState state, ViewHandle view) {
      return new Side(
          Objects.requireNonNull(state.views().get(view.name()), view.name()), state.values());
    }

    private long weight(int row) {
      return row < rows.bound() ? rows.weight(row) : 0;
    }
  }

  /** A row, to be found by its key among those of the other side. */
  private final class KeyOf {
    private final Side side;
    private final int row;
    private final int hash;

    private KeyOf(Side side, int row) {
      this.side = side;
      this.row = row;
      this.hash = (int) hash(side, row);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof KeyOf that
          && hash == that.hash
          && isSame(keyColumns, side, row, that.side, that.row);
    }
  }

  private final long after;
  private final long position;
  private final Schema schema;
  private final int[] keyColumns;
  private final int[] allColumns;
  private final @Nullable Side before;
  private final Side now;
  private final boolean codesAreComparable;
  private final Hashing hashing;
  private boolean isComputed;
  private int[] places = new int[16];
  private long[] weights = new long[16];
  private int size;

  /**
   * A difference.
   *
   * @param before the earlier state; null for none, so that it is a snapshot
   * @param now the later state
   * @param hashing no result depends on it
   */
  ViewDifference(ViewHandle view, @Nullable ReadState before, ReadState now, Hashing hashing) {
    this.after = before == null ? 0 : before.position();
    this.position = now.position();
    this.schema = view.schema();
    this.allColumns = IntStream.range(0, schema.size()).toArray();
    this.keyColumns =
        view.key().map(names -> names.stream().mapToInt(schema::find).toArray()).orElse(allColumns);
    this.before = before == null ? null : Side.of(before, view);
    this.now = Side.of(now, view);
    this.codesAreComparable = before == null || before.generation() == now.generation();
    this.hashing = hashing;
  }

  @Override
  public Kind kind() {
    return before == null ? Kind.SNAPSHOT : Kind.DIFFERENCE;
  }

  @Override
  public long after() {
    return after;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int count() {
    if (!isComputed) {
      size = 0;
      if (before == null) {
        for (int row = 0; row < now.rows().bound(); row++) {
          add(row, now.weight(row));
        }
      } else {
        compare(before);
      }
      isComputed = true;
    }
    return size;
  }

  @Override
  public long weight(int index) {
    return weights[index];
  }

  @Override
  public @Nullable Object[] values(int index) {
    Side side = weights[index] > 0 ? now : Objects.requireNonNull(before);
    int row = places[index];
    @Nullable Object[] decoded = new @Nullable Object[schema.size()];
    for (int c = 0; c < decoded.length; c++) {
      decoded[c] =
          side.rows().isNull(row, c)
              ? null
              : Words.toObject(schema.field(c).type(), side.rows().word(row, c), side.values());
    }
    return decoded;
  }

  private void add(int row, long weight) {
    if (weight == 0) {
      return;
    }
    if (size == places.length) {
      places = Arrays.copyOf(places, 2 * size);
      weights = Arrays.copyOf(weights, 2 * size);
    }
    places[size] = row;
    weights[size++] = weight;
  }

  private void compare(Side old) {
    int bound = Math.max(old.rows().bound(), now.rows().bound());
    Map<KeyOf, Integer> gone = new HashMap<>();
    for (int row = next(old, 0); row < bound; row = next(old, row + 1)) {
      if (old.weight(row) != 0 && !stayed(old, row)) {
        gone.put(new KeyOf(old, row), row);
      }
    }
    // A new row is told where it is; its old one, wherever that was, right before it.
    Map<Integer, Integer> oldOf = new HashMap<>();
    BitSet told = new BitSet();
    for (int row = next(old, 0); row < bound; row = next(old, row + 1)) {
      Integer was = now.weight(row) == 0 || stayed(old, row) ? null : gone.get(new KeyOf(now, row));
      if (was != null) {
        oldOf.put(row, was);
        told.set(was);
      }
    }
    for (int row = next(old, 0); row < bound; row = next(old, row + 1)) {
      if (stayed(old, row)) {
        continue;
      }
      if (!told.get(row)) {
        add(row, -old.weight(row));
      }
      replace(old, oldOf.get(row), row);
    }
  }

  /** Adds what leads from an old row, if there is one, to a new one, if there is one. */
  private void replace(Side old, @Nullable Integer was, int row) {
    if (was == null) {
      add(row, now.weight(row));
    } else if (isSame(allColumns, old, was, now, row)) {
      long more = now.weight(row) - old.weight(was);
      add(more < 0 ? was : row, more);
    } else {
      add(was, -old.weight(was));
      add(row, now.weight(row));
    }
  }

  /** The first row, from one on, that may have changed. */
  private int next(Side old, int row) {
    return now.rows().firstUnshared(old.rows(), row);
  }

  /** Is the same row at the same place on both sides, equally often? */
  private boolean stayed(Side old, int row) {
    return old.weight(row) == now.weight(row)
        && (old.weight(row) == 0 || isSame(allColumns, old, row, now, row));
  }

  private boolean isSame(int[] columns, Side a, int rowA, Side b, int rowB) {
    for (int c : columns) {
      boolean isNull = a.rows().isNull(rowA, c);
      if (isNull != b.rows().isNull(rowB, c)) {
        return false;
      }
      if (!isNull && !isSameValue(c, a, rowA, b, rowB)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSameValue(int column, Side a, int rowA, Side b, int rowB) {
    long wordA = a.rows().word(rowA, column);
    long wordB = b.rows().word(rowB, column);
    if (codesAreComparable || !schema.field(column).type().isEncoded()) {
      return wordA == wordB;
    }
    return Objects.deepEquals(a.values().value(wordA), b.values().value(wordB));
  }

  private long hash(Side side, int row) {
    long hash = hashing.start();
    for (int c : keyColumns) {
      if (side.rows().isNull(row, c)) {
        hash = Hashing.mix(hash, c);
      } else if (codesAreComparable || !schema.field(c).type().isEncoded()) {
        hash = Hashing.mix(hash, side.rows().word(row, c));
      } else {
        Object value = side.values().value(side.rows().word(row, c));
        byte[] bytes =
            value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value;
        hash = Hashing.mix(hash, hashing.hash(bytes, 0, bytes.length));
      }
    }
    return Hashing.finish(hash);
  }
}
