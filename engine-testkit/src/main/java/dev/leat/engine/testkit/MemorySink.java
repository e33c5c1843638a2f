package dev.leat.engine.testkit;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table with transactions, in memory, that takes the changes of any relation: what other sinks do
 * with a database, in as few lines as that takes. It outlives the engines that write to it. Any
 * thread.
 *
 * <pre>{@code
 * MemorySink table = new MemorySink();
 * relation.to("copy", table);
 * ...
 * assertThat(table.rows()).containsExactlyElementsOf(engine.view("original").scan());
 * }</pre>
 */
public final class MemorySink implements Sink {
  private final SinkFaults faults;
  private final Map<Row, Long> rows = new LinkedHashMap<>();
  private final Map<String, SinkPlace> places = new LinkedHashMap<>();
  private int commits;

  /** An empty table. */
  public MemorySink() {
    this(new SinkFaults());
  }

  /** An empty table where something goes wrong. */
  public MemorySink(SinkFaults faults) {
    this.faults = faults;
  }

  @Override
  public String describe() {
    return "a table in memory";
  }

  @Override
  public void check(SinkSource source) {
    // It takes anything.
  }

  /** The rows, equal ones several times. */
  public synchronized List<Row> rows() {
    List<Row> all = new ArrayList<>();
    rows.forEach(
        (row, count) -> {
          for (long i = 0; i < count; i++) {
            all.add(row);
          }
        });
    return all;
  }

  /** How many commits were made. */
  public synchronized int commits() {
    return commits;
  }

  /** The place that is stored under a name. */
  synchronized Optional<SinkPlace> place(String name) {
    return Optional.ofNullable(places.get(name));
  }

  /** Puts another place there, as somebody else would. */
  synchronized void put(String name, SinkPlace place) {
    places.put(name, place);
  }

  @Override
  public SinkSession open(SinkSource source) {
    faults.at("open");
    return new Session(source.name());
  }

  private synchronized void commit(
      String name, @Nullable SinkPlace known, SinkPlace place, Map<Row, Long> changes) {
    SinkPlace stored = places.get(name);
    if (stored != null ? !stored.equals(known) : known != null) {
      throw new EngineException(
          Kind.UNAVAILABLE, "another writer was here: known=" + known + " stored=" + stored);
    }
    Map<Row, Long> sum = new LinkedHashMap<>(rows);
    changes.forEach((row, weight) -> sum.merge(row, weight, Long::sum));
    sum.values().removeIf(count -> count == 0);
    sum.forEach(
        (row, count) -> {
          if (count < 0) {
            throw new EngineException(Kind.INVALID, "a row goes that is not there: row=" + row);
          }
        });
    rows.clear();
    rows.putAll(sum);
    places.put(name, place);
    commits++;
  }

  private final class Session implements SinkSession {
    private final String name;
    private final Map<Row, Long> changes = new LinkedHashMap<>();
    private @Nullable SinkPlace known;
    private boolean isClosed;

    private Session(String name) {
      this.name = name;
      this.known = MemorySink.this.place(name).orElse(null);
    }

    @Override
    public Optional<SinkPlace> place() {
      return Optional.ofNullable(known);
    }

    @Override
    public void write(SinkChanges written) {
      faults.at("before a write");
      for (int i = 0; i < written.count(); i++) {
        @Nullable Object[] values = new @Nullable Object[written.schema().size()];
        for (int c = 0; c < values.length; c++) {
          values[c] = written.valueAt(i, c);
        }
        changes.merge(Row.of(written.schema(), values), written.weight(i), Long::sum);
      }
      faults.at("after a write");
    }

    @Override
    public void commit(SinkPlace place) {
      if (isClosed) {
        throw new EngineException(Kind.CLOSED, "the session is closed");
      }
      faults.at("before a commit");
      MemorySink.this.commit(name, known, place, changes);
      faults.at("after a commit, before its reply");
      known = place;
      changes.clear();
    }

    @Override
    public void close() {
      isClosed = true;
      changes.clear();
    }
  }
}
