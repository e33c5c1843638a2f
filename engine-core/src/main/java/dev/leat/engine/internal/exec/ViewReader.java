package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.expr.Selections;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.ClockRules;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.TypeRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a view of one {@link ReadState}: by key, or filtered, ordered and limited. On the reader's
 * thread: filters run on the engine's kernels, but with a dictionary of their own, because the
 * engine's belongs to its thread.
 */
public final class ViewReader {
  private static final int CHUNK = 1024;

  private final ReadState state;
  private final ViewHandle view;
  private final StoredRows.Snapshot rows;
  private final Schema schema;

  /**
   * A reader of a view.
   *
   * @throws EngineException UNAVAILABLE if the state does not have it, since it was being built
   */
  public ViewReader(ReadState state, ViewHandle view) {
    this.state = state;
    this.view = view;
    StoredRows.Snapshot snapshot = state.views().get(view.name());
    if (snapshot == null) {
      throw view.notReady();
    }
    this.rows = snapshot;
    this.schema = view.schema();
  }

  /** How many rows there are. */
  public long count() {
    return rows.totalWeight();
  }

  /** The row with a key, or null. */
  public @Nullable Object @Nullable [] get(ViewReads reads, @Nullable Object[] key) {
    KeyLookup lookup = new KeyLookup(view, key);
    long[] codes = reads.codes(state, lookup.encoded());
    if (codes != null) {
      int row = lookup.find(codes, rows);
      return row < 0 ? null : decode(row);
    }
    // Codes were freed since the state was read, and may stand for other values now: compare
    // values.
    for (int row = 0; row < rows.bound(); row++) {
      if (rows.weight(row) != 0) {
        @Nullable Object[] values = decode(row);
        if (lookup.matches(values)) {
          return values;
        }
      }
    }
    return null;
  }

  /**
   * The rows for which a condition is true.
   *
   * @param condition null for all; {@code now()} in it is when the state was read
   * @param order columns to order by; where they are equal, and where there are none, the order is
   *     that in which rows came in
   * @param limit how many at most
   * @throws EngineException if the condition or the order does not fit the view, or the condition
   *     fails for a row
   */
  public List<@Nullable Object[]> read(@Nullable Expr condition, List<SortKey> order, long limit) {
    int[] matching =
        condition == null ? all() : matching(ClockRules.at(condition, state.readMicros()));
    if (!order.isEmpty()) {
      matching = sorted(matching, order);
    }
    List<@Nullable Object[]> result = new ArrayList<>();
    for (int row : matching) {
      for (long n = rows.weight(row); n > 0; n--) {
        if (result.size() >= limit) {
          return result;
        }
        result.add(decode(row));
      }
    }
    return result;
  }

  private int[] all() {
    int[] found = new int[rows.bound()];
    int size = 0;
    for (int row = 0; row < rows.bound(); row++) {
      found[size] = row;
      size += rows.weight(row) == 0 ? 0 : 1;
    }
    return Arrays.copyOf(found, size);
  }

  private int[] matching(Expr condition) {
    TypeRules.checkCondition(condition, schema, "where on view '" + view.name() + "'");
    Dictionary dictionary = new Dictionary(new Hashing(System.nanoTime()));
    Kernel kernel = ExprCompiler.compile(condition, schema, dictionary);
    Batch chunk = new Batch(schema.size());
    RowErrors errors = new RowErrors();
    int[] all = all();
    int[] selected = new int[CHUNK];
    int size = 0;
    for (int from = 0; from < all.length; from += CHUNK) {
      int count = Math.min(CHUNK, all.length - from);
      load(all, from, count, chunk, dictionary);
      int kept = Selections.select(kernel, chunk, null, count, errors, selected);
      if (!errors.isEmpty()) {
        int row = errors.next(0);
        throw new EngineException(
            EngineException.Kind.INVALID,
            "where on view '"
                + view.name()
                + "': "
                + errors.reason(row)
                + " in row "
                + Arrays.deepToString(decode(all[from + row])));
      }
      for (int i = 0; i < kept; i++) {
        all[size++] = all[from + selected[i]];
      }
    }
    return Arrays.copyOf(all, size);
  }

  private void load(int[] numbers, int from, int count, Batch chunk, Dictionary dictionary) {
    for (int c = 0; c < schema.size(); c++) {
      chunk.column(c).reset(count);
    }
    for (int i = 0; i < count; i++) {
      rows.read(numbers[from + i], chunk, i);
    }
    for (int c = 0; c < schema.size(); c++) {
      if (schema.field(c).type().isEncoded()) {
        Column column = chunk.column(c);
        for (int i = 0; i < count; i++) {
          if (!column.isNull(i)) {
            Object value = state.values().value(column.word(i));
            column.set(
                i,
                value instanceof String string
                    ? dictionary.intern(string)
                    : dictionary.intern((byte[]) value));
          }
        }
      }
    }
    chunk.fill(count, null);
  }

  private int[] sorted(int[] numbers, List<SortKey> order) {
    Comparator<Integer> comparator = null;
    for (SortKey key : order) {
      int column = schema.indexOf(key.column(), "orderBy on view '" + view.name() + "'");
      Field field = schema.field(column);
      Comparator<Integer> one = (a, b) -> compare(a, b, key, column, field.type());
      comparator = comparator == null ? one : comparator.thenComparing(one);
    }
    Integer[] boxed = Arrays.stream(numbers).boxed().toArray(Integer[]::new);
    Arrays.sort(boxed, comparator);
    return Arrays.stream(boxed).mapToInt(Integer::intValue).toArray();
  }

  private int compare(int a, int b, SortKey key, int column, Type type) {
    boolean aNull = rows.isNull(a, column);
    boolean bNull = rows.isNull(b, column);
    if (aNull || bNull) {
      return key.isNullFirst() ? Boolean.compare(bNull, aNull) : Boolean.compare(aNull, bNull);
    }
    int order = Words.compare(type, rows.word(a, column), rows.word(b, column), state.values());
    return key.isDescending() ? -order : order;
  }

  private @Nullable Object[] decode(int row) {
    @Nullable Object[] values = new @Nullable Object[schema.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] =
          rows.isNull(row, c)
              ? null
              : Words.toObject(schema.field(c).type(), rows.word(row, c), state.values());
    }
    return values;
  }

  /** A row of a batch as Java values. */
  public static @Nullable Object[] decode(
      Schema schema, Batch batch, int row, Dictionary.Values values) {
    @Nullable Object[] decoded = new @Nullable Object[schema.size()];
    for (int c = 0; c < decoded.length; c++) {
      Column column = batch.column(c);
      decoded[c] =
          column.isNull(row)
              ? null
              : Words.toObject(schema.field(c).type(), column.word(row), values);
    }
    return decoded;
  }
}
