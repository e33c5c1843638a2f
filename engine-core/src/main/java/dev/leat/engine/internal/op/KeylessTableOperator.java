package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table without a key: a multiset of rows. Keeps how often it has each row, so that deleting a
 * row that is not there can be refused: it is reported and changes nothing. Insertions and
 * deletions of equal rows in one epoch are added up.
 *
 * <p>A table that forgets takes back rows that were not inserted for a time: equal rows are one, of
 * which all are forgotten together. It cannot tell a row that it forgot from one that it never had,
 * so to delete a row that is not there changes nothing and is not reported.
 */
public final class KeylessTableOperator implements InputOperator {
  private final Schema schema;
  private final String place;
  private final RowEncoder encoder;
  private final KeyTable rows;
  private final Failures failures;
  private final Batch output;
  private final @Nullable RowExpiry expiry;
  private List<StagedRows> staged = List.of();

  private final TouchedRows touched;
  private final int countWord;
  private int[] slots = new int[0];
  private int[] firstRows = new int[16];
  private int[] selection = new int[0];
  private long[] weights = new long[0];

  /**
   * The operator of a table.
   *
   * @param time by which its rows are forgotten, if they are
   */
  public KeylessTableOperator(
      Node.Input node, Dictionary dictionary, Failures failures, TickTime time) {
    this.schema = node.schema();
    this.place = node.describe();
    this.encoder = new RowEncoder(schema, dictionary);
    this.rows = new KeyTable(KeyLayout.of(schema), 1, dictionary.hashing());
    this.countWord = rows.layout().stride();
    this.touched = new TouchedRows(rows.rows(), countWord, new long[rows.rows().stride()]);
    this.failures = failures;
    this.output = new Batch(schema.size());
    this.expiry = RowExpiry.of(node, time, rows.rows());
  }

  @Override
  public void stage(List<StagedRows> sections) {
    staged = sections;
  }

  @Override
  public void step() {
    if (staged.isEmpty() && (expiry == null || !expiry.isDue())) {
      output.clear();
      return;
    }
    touched.start();
    forget();
    Batch in = encoder.encode(staged);
    if (slots.length < in.rows()) {
      slots = new int[in.rows() + (in.rows() >> 1)];
      weights = new long[slots.length];
      selection = new int[slots.length];
    }
    rows.findOrAdd(in, slots);
    int row = 0;
    for (StagedRows section : staged) {
      byte[] ops = section.ops();
      for (int i = 0; i < section.size(); i++, row++) {
        apply(in, row, ops != null && ops[i] == StagedRows.DELETE ? -1 : 1);
      }
    }
    staged = List.of();
    if (expiry == null) {
      emit(in);
    } else {
      emitTouched();
    }
    touched.storeWithImage();
    for (int i = 0; i < touched.endedCount(); i++) {
      rows.remove(touched.ended(i));
    }
  }

  private void forget() {
    while (expiry != null && expiry.isDue()) {
      int at = touched.touch(expiry.removeFirst());
      touched.words()[at + countWord] = 0;
    }
  }

  private void apply(Batch in, int row, int weight) {
    int known = touched.count();
    int slot = slots[row];
    int at = touched.touch(slot);
    if (touched.count() > known) {
      if (known >= firstRows.length) {
        firstRows = Arrays.copyOf(firstRows, Math.max(known + 1, 2 * firstRows.length));
      }
      firstRows[known] = row;
    }
    long[] words = touched.words();
    if (expiry != null) {
      applyTimed(expiry, slot, words, at + countWord, weight);
    } else if (words[at + countWord] + weight < 0) {
      failures.report(place, "cannot delete a row that is not there", schema, in, row);
    } else {
      words[at + countWord] += weight;
    }
  }

  private static void applyTimed(RowExpiry expiry, int slot, long[] words, int count, int weight) {
    if (words[count] + weight < 0) {
      return;
    }
    words[count] += weight;
    if (weight > 0) {
      expiry.wasPut(slot);
    } else if (words[count] == 0) {
      expiry.wasDeleted(slot);
    }
  }

  private void emit(Batch in) {
    Operators.shareColumns(in, output);
    int size = 0;
    for (int i = 0; i < touched.count(); i++) {
      long change = touched.word(i, countWord) - touched.before(i, countWord);
      if (change != 0) {
        weights[firstRows[i]] = change;
        selection[size++] = firstRows[i];
      }
    }
    output.select(in.rows(), selection, size, weights);
  }

  /** Rows that are forgotten are not among those that came in. */
  private void emitTouched() {
    int most = touched.count();
    if (weights.length < most) {
      weights = new long[most + (most >> 1)];
    }
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(most);
    }
    int size = 0;
    for (int i = 0; i < most; i++) {
      long change = touched.word(i, countWord) - touched.before(i, countWord);
      if (change != 0) {
        weights[size] = change;
        rows.layout().scatter(touched.words(), i * touched.stride(), output, size++);
      }
    }
    output.fill(size, weights);
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return rows.bytes() + touched.stateBytes() + (expiry == null ? 0 : expiry.bytes());
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage ofRows = rows.capture();
    if (expiry == null) {
      return ofRows;
    }
    StateImage ofTimes = expiry.capture();
    return out -> {
      ofRows.writeTo(out);
      ofTimes.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
    if (expiry != null) {
      expiry.restore(in);
    }
  }
}
