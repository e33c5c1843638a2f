package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.state.RowStore;
import dev.leat.engine.internal.state.StateFormat;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Surrogates;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened to rows that are in no view: which could not be decoded, and for which an
 * expression failed. A view like any other, of the latest entries; how many there were in all is
 * counted by source.
 */
public final class Ledger implements Operator, Failures {
  /** The columns of the ledger. */
  public static final Schema SCHEMA =
      Schema.builder()
          .required("sequence", Type.LONG)
          .required("position", Type.LONG)
          .required("source", Type.STRING)
          .required("reason", Type.STRING)
          .required("row", Type.STRING)
          .build();

  private static final int MAX_TEXT = 1024;

  /**
   * What happened to a row.
   *
   * @param position of the epoch that brought it
   */
  record Entry(long position, String source, String reason, String row) {}

  private final Dictionary dictionary;
  private final RowStore rows;
  private final long maxRows;
  private final List<Entry> pending = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private final Batch output = new Batch(SCHEMA.size());
  private final long[] words;
  private long position;
  private long first = 1;
  private long next = 1;

  /**
   * An empty ledger.
   *
   * @param maxRows how many entries it keeps
   */
  public Ledger(Dictionary dictionary, long maxRows) {
    this.dictionary = dictionary;
    this.rows = new RowStore(SCHEMA, new int[] {0}, dictionary.hashing());
    this.maxRows = maxRows;
    this.words = new long[rows.rowLayout().stride() + 1];
  }

  /** The latest entries. */
  public RowStore rows() {
    return rows;
  }

  /** How many entries there were, by source; those that are no longer kept too. */
  public Map<String, Long> counts() {
    return Map.copyOf(counts);
  }

  /** Sets the position of the entries that come now. */
  public void startEpoch(long epochPosition) {
    position = epochPosition;
  }

  /** Adds an entry, at the end of this step. */
  void add(String source, String reason, String row) {
    pending.add(new Entry(position, source, bounded(reason), bounded(row)));
    counts.merge(source, 1L, Long::sum);
  }

  /** Cuts a text to what the ledger keeps of it. */
  static String bounded(String text) {
    return Surrogates.bounded(text, MAX_TEXT);
  }

  /** Adds what failed while it was not asked, at the end of this step. */
  void takeOver(HeldFailures held) {
    pending.addAll(held.latest());
    held.counts().forEach((source, count) -> counts.merge(source, count, Long::sum));
  }

  @Override
  public void report(String place, String reason, Schema schema, Batch batch, int row) {
    add(place, reason, text(schema, batch, row, dictionary.values()));
  }

  /** A row in words. */
  static String text(Schema schema, Batch batch, int row, Dictionary.Values values) {
    StringBuilder text = new StringBuilder("{");
    for (int c = 0; c < schema.size() && text.length() < MAX_TEXT; c++) {
      Column column = batch.column(c);
      if (column.words().length <= row) {
        // Nothing reads this column, so it was not decoded.
        continue;
      }
      Type type = schema.field(c).type();
      text.append(text.length() == 1 ? "" : ", ").append(schema.field(c).name()).append('=');
      Object value = column.isNull(row) ? null : Words.toObject(type, column.word(row), values);
      text.append(JavaTypes.text(value));
    }
    return text.append('}').toString();
  }

  @Override
  public void step() {
    int dropped =
        (int) Math.max(0, Math.min(next - first, next - first + pending.size() - maxRows));
    int skipped = (int) Math.max(0, pending.size() - maxRows);
    int total = dropped + pending.size() - skipped;
    for (int c = 0; c < SCHEMA.size(); c++) {
      output.column(c).reset(total);
    }
    long[] weights = new long[total];
    int at = 0;
    for (int i = 0; i < dropped; i++) {
      words[0] = first++;
      int row = rows.find(words);
      rows.read(row, output, at);
      rows.remove(row);
      weights[at++] = -1;
    }
    for (int i = skipped; i < pending.size(); i++) {
      write(pending.get(i), i, at);
      rows.rowLayout().gather(output, at, words);
      rows.put(words, 1);
      weights[at++] = 1;
    }
    next += pending.size();
    first = Math.max(first, next - maxRows);
    pending.clear();
    output.fill(total, weights);
  }

  private void write(Entry entry, int index, int at) {
    output.column(0).set(at, next + index);
    output.column(1).set(at, entry.position());
    output.column(2).set(at, dictionary.intern(entry.source()));
    output.column(3).set(at, dictionary.intern(entry.reason()));
    output.column(4).set(at, dictionary.intern(entry.row()));
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return rows.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    assert pending.isEmpty() : "a step is under way";
    StateImage entries = rows.capture();
    Map<String, Long> all = new TreeMap<>(counts);
    long firstEntry = first;
    long nextEntry = next;
    return out -> {
      entries.writeTo(out);
      out.writeLong(firstEntry);
      out.writeLong(nextEntry);
      out.writeInt(all.size());
      all.forEach(
          (source, count) -> {
            out.writeString(source);
            out.writeLong(count);
          });
    };
  }

  /**
   * {@inheritDoc}
   *
   * <p>If it is to keep fewer entries than were captured, the next step drops the others.
   */
  @Override
  public void restore(StateReader in) {
    rows.restore(in);
    first = in.readLong();
    next = in.readLong();
    StateFormat.check(next - first == rows.totalWeight(), "entries", next - first);
    int sources = StateFormat.readCount(in, "sources");
    for (int i = 0; i < sources; i++) {
      counts.put(in.readString(), in.readLong());
    }
  }
}
