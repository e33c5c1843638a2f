package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.key.KeyHash;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a commit changes, key by key: of a row that changed ten times since the last commit only the
 * row before and the last one count. Changes are referred to, not copied; they are valid until the
 * commit.
 */
final class NetChanges {
  /** The bits of a key. */
  private record Key(long high, long low) {
    @Override
    public int hashCode() {
      return (int) low;
    }
  }

  /** A row of changes. */
  record ChangedRow(SinkChanges changes, int row) {}

  /** What became of a key. */
  static final class Net {
    private final long high;
    private final long low;
    private final @Nullable ChangedRow before;
    private @Nullable ChangedRow after;

    private Net(KeyHash key, @Nullable ChangedRow before, @Nullable ChangedRow after) {
      this.high = key.high();
      this.low = key.low();
      this.before = before;
      this.after = after;
    }

    long high() {
      return high;
    }

    long low() {
      return low;
    }

    /** The row that the table has; null if it has none. */
    @Nullable ChangedRow before() {
      return before;
    }

    /** The row that the table is to have; null if none. */
    @Nullable ChangedRow after() {
      return after;
    }
  }

  /** Does the table have a row of a key? */
  @FunctionalInterface
  interface Live {
    boolean has(KeyHash key);
  }

  private final String what;
  private final RowKeys keys;
  private final Map<Key, Net> nets = new LinkedHashMap<>();

  NetChanges(String what, RowKeys keys) {
    this.what = what;
    this.keys = keys;
  }

  Collection<Net> all() {
    return nets.values();
  }

  boolean isEmpty() {
    return nets.isEmpty();
  }

  void clear() {
    nets.clear();
  }

  /**
   * Takes the changes of an epoch. Rows that go come first, as a row may take the key of another.
   *
   * @param live knows which keys the table has; empty-handed if the plan proves that keys are
   *     unique, and there is nothing to look at
   */
  void write(SinkChanges changes, @Nullable Live live) {
    for (int row = 0; row < changes.count(); row++) {
      if (changes.weight(row) < 0) {
        goes(changes, row, live);
      }
    }
    for (int row = 0; row < changes.count(); row++) {
      if (changes.weight(row) > 0) {
        comes(changes, row, live);
      }
    }
  }

  private void goes(SinkChanges changes, int row, @Nullable Live live) {
    KeyHash hash = keys.of(changes, row);
    Key key = new Key(hash.high(), hash.low());
    Net net = nets.get(key);
    boolean isThere = net != null ? net.after != null : live == null || live.has(hash);
    if (!isThere || changes.weight(row) != -1) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " has no row that goes; somebody else has taken it away, or its key is not unique:"
              + " restore the table to an earlier state, or write to another one: "
              + facts(changes, row));
    }
    if (net == null) {
      nets.put(key, new Net(hash, new ChangedRow(changes, row), null));
    } else {
      net.after = null;
    }
  }

  private void comes(SinkChanges changes, int row, @Nullable Live live) {
    KeyHash hash = keys.of(changes, row);
    Key key = new Key(hash.high(), hash.low());
    Net net = nets.get(key);
    boolean isThere = net != null ? net.after != null : live != null && live.has(hash);
    if (isThere || changes.weight(row) != 1) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " gets a second row of a key; upsert by columns that no two rows share, or make them"
              + " so before, with .groupBy, or .partitionBy and the first row of each: "
              + facts(changes, row));
    }
    ChangedRow after = new ChangedRow(changes, row);
    if (net == null) {
      nets.put(key, new Net(hash, null, after));
    } else {
      net.after = after;
    }
  }

  private String facts(SinkChanges changes, int row) {
    return keys.text(changes, row)
        + " weight="
        + changes.weight(row)
        + " position="
        + changes.position().value();
  }
}
