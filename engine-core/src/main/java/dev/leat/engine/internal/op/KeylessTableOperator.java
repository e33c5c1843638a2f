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

/**
 * A table without a key: a multiset of rows. Keeps how often it has each row, so that deleting a
 * row that is not there can be refused: it is reported and changes nothing. Insertions and
 * deletions of equal rows in one epoch are added up.
 */
public final class KeylessTableOperator implements InputOperator {
  private final Schema schema;
  private final String place;
  private final RowEncoder encoder;
  private final KeyTable rows;
  private final Failures failures;
  private final Batch output;
  private List<StagedRows> staged = List.of();

  private final TouchedRows touched;
  private final int countWord;
  private int[] slots = new int[0];
  private int[] firstRows = new int[16];
  private int[] selection = new int[0];
  private long[] weights = new long[0];

  public KeylessTableOperator(Node.Input node, Dictionary dictionary, Failures failures) {
    this.schema = node.schema();
    this.place = node.describe();
    this.encoder = new RowEncoder(schema, dictionary);
    this.rows = new KeyTable(KeyLayout.of(schema), 1, dictionary.hashing());
    this.countWord = rows.layout().stride();
    this.touched = new TouchedRows(rows.rows(), countWord, new long[rows.rows().stride()]);
    this.failures = failures;
    this.output = new Batch(schema.size());
  }

  @Override
  public void stage(List<StagedRows> sections) {
    staged = sections;
  }

  @Override
  public void step() {
    if (staged.isEmpty()) {
      output.clear();
      return;
    }
    touched.start();
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
    emit(in);
  }

  private void apply(Batch in, int row, int weight) {
    int known = touched.count();
    int at = touched.touch(slots[row]);
    if (touched.count() > known) {
      if (known == firstRows.length) {
        firstRows = Arrays.copyOf(firstRows, 2 * known);
      }
      firstRows[known] = row;
    }
    long[] words = touched.words();
    if (words[at + countWord] + weight < 0) {
      failures.report(place, "cannot delete a row that is not there", schema, in, row);
    } else {
      words[at + countWord] += weight;
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
    touched.storeWithImage();
    for (int i = 0; i < touched.endedCount(); i++) {
      rows.remove(touched.ended(i));
    }
    output.select(in.rows(), selection, size, weights);
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return rows.bytes() + touched.stateBytes();
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    return rows.capture();
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
  }
}
