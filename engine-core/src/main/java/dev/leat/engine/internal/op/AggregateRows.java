package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of an aggregate, read from the rows of its groups, so that a view of them needs no
 * rows of its own. A group has the number of its slot.
 */
final class AggregateRows implements StoredRows {
  private final Schema schema;
  private final KeyLayout rowLayout;
  private final Groups groups;
  private final List<RowResult> results;

  /** Has anybody looked for a key in a snapshot? */
  private volatile boolean isLookedUp;

  /**
   * Where groups are.
   *
   * @param keys null if there is but one group
   * @param keyLayout of the key's words, with which a row begins; the word behind them is zero if
   *     the group does not exist
   */
  record Groups(GroupRows rows, @Nullable GroupKeys keys, KeyLayout keyLayout) {
    boolean exists(long[] page, int row) {
      return page[row + keyLayout.stride()] != 0;
    }
  }

  /**
   * The rows of an aggregate.
   *
   * @param schema key columns first
   * @param results of the columns behind them
   */
  AggregateRows(Schema schema, Groups groups, List<RowResult> results) {
    this.schema = schema;
    this.rowLayout = KeyLayout.of(schema);
    this.groups = groups;
    this.results = List.copyOf(results);
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long totalWeight() {
    return groups.rows().size();
  }

  @Override
  public KeyLayout rowLayout() {
    return rowLayout;
  }

  @Override
  public int find(long[] words) {
    GroupKeys keys = groups.keys();
    return keys == null ? groups.rows().bound() - 1 : keys.find(key(words));
  }

  /** The key of a row in the layout that groups have. */
  private long[] key(long[] words) {
    KeyLayout layout = groups.keyLayout();
    long[] key = new long[layout.stride()];
    for (int k = 0; k < layout.columns(); k++) {
      if (rowLayout.isNull(words, 0, k)) {
        layout.setNull(key, 0, k);
      } else {
        key[k] = words[k];
      }
    }
    return key;
  }

  @Override
  public void read(int row, long[] words) {
    long[] page = groups.rows().page(row);
    int from = groups.rows().offset(row);
    Arrays.fill(words, 0, rowLayout.stride(), 0);
    for (int c = 0; c < schema.size(); c++) {
      if (isNull(page, from, c)) {
        rowLayout.setNull(words, 0, c);
      } else {
        words[c] = word(page, from, c);
      }
    }
  }

  private boolean isNull(long[] page, int row, int column) {
    int keyColumns = groups.keyLayout().columns();
    return column < keyColumns
        ? groups.keyLayout().isNull(page, row, column)
        : results.get(column - keyColumns).isNull(page, row);
  }

  private long word(long[] page, int row, int column) {
    int keyColumns = groups.keyLayout().columns();
    return column < keyColumns
        ? page[row + column]
        : results.get(column - keyColumns).word(page, row);
  }

  @Override
  public Snapshot snapshot() {
    return new Moment(this);
  }

  private static final class Moment implements Snapshot {
    private final AggregateRows all;
    private final GroupRows.Snapshot rows;
    private final GroupKeys.@Nullable Finder finder;
    private final long totalWeight;

    private Moment(AggregateRows all) {
      GroupKeys keys = all.groups.keys();
      this.all = all;
      this.rows = all.groups.rows().snapshot();
      this.finder =
          keys == null ? null : all.isLookedUp ? keys.indexedFinder(rows) : keys.finder(rows);
      this.totalWeight = all.totalWeight();
    }

    @Override
    public Schema schema() {
      return all.schema;
    }

    @Override
    public long totalWeight() {
      return totalWeight;
    }

    @Override
    public int bound() {
      return rows.bound();
    }

    @Override
    public long weight(int row) {
      return all.groups.exists(rows.page(row), rows.offset(row)) ? 1 : 0;
    }

    @Override
    public KeyLayout rowLayout() {
      return all.rowLayout;
    }

    @Override
    public boolean isNull(int row, int column) {
      return all.isNull(rows.page(row), rows.offset(row), column);
    }

    @Override
    public long word(int row, int column) {
      return all.word(rows.page(row), rows.offset(row), column);
    }

    @Override
    public void read(int row, Batch out, int outRow) {
      long[] page = rows.page(row);
      int from = rows.offset(row);
      for (int c = 0; c < all.schema.size(); c++) {
        Column column = out.column(c);
        if (all.isNull(page, from, c)) {
          column.setNull(outRow);
        } else {
          column.set(outRow, all.word(page, from, c));
        }
      }
    }

    @Override
    public int firstUnshared(Snapshot earlier, int from) {
      return rows.firstUnshared(((Moment) earlier).rows, from);
    }

    @Override
    public int find(long[] words) {
      if (finder == null) {
        return rows.bound() - 1;
      }
      all.isLookedUp = true;
      return finder.find(all.key(words));
    }
  }
}
