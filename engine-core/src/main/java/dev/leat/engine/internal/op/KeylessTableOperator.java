package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
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

  private int[] slots = new int[0];
  private long[] counts = new long[16];
  private long[] before = new long[16];
  private long[] touchedAt = new long[16];
  private int[] touched = new int[16];
  private int[] firstRows = new int[16];
  private int touchedCount;
  private long stepNumber;
  private int[] selection = new int[0];
  private long[] weights = new long[0];

  public KeylessTableOperator(Node.Input node, Dictionary dictionary, Failures failures) {
    this.schema = node.schema();
    this.place = node.describe();
    this.encoder = new RowEncoder(schema, dictionary);
    this.rows = new KeyTable(KeyLayout.of(schema), dictionary.hashing());
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
    stepNumber++;
    touchedCount = 0;
    Batch in = encoder.encode(staged);
    if (slots.length < in.rows()) {
      slots = new int[in.rows() + (in.rows() >> 1)];
      weights = new long[slots.length];
      selection = new int[slots.length];
    }
    rows.findOrAdd(in, slots);
    ensureSlots();
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

  private void ensureSlots() {
    if (counts.length < rows.bound()) {
      counts = Arrays.copyOf(counts, Math.max(rows.bound(), 2 * counts.length));
      touchedAt = Arrays.copyOf(touchedAt, counts.length);
    }
  }

  private void apply(Batch in, int row, int weight) {
    int slot = slots[row];
    if (touchedAt[slot] != stepNumber) {
      touch(slot, row);
    }
    if (counts[slot] + weight < 0) {
      failures.report(place, "cannot delete a row that is not there", schema, in, row);
    } else {
      counts[slot] += weight;
    }
  }

  private void touch(int slot, int row) {
    if (touchedCount == touched.length) {
      touched = Arrays.copyOf(touched, 2 * touchedCount);
      before = Arrays.copyOf(before, touched.length);
      firstRows = Arrays.copyOf(firstRows, touched.length);
    }
    touchedAt[slot] = stepNumber;
    before[touchedCount] = counts[slot];
    firstRows[touchedCount] = row;
    touched[touchedCount++] = slot;
  }

  private void emit(Batch in) {
    Operators.shareColumns(in, output);
    int size = 0;
    for (int i = 0; i < touchedCount; i++) {
      int slot = touched[i];
      long change = counts[slot] - before[i];
      if (change != 0) {
        weights[firstRows[i]] = change;
        selection[size++] = firstRows[i];
      }
      if (counts[slot] == 0) {
        rows.remove(slot);
        touchedAt[slot] = 0;
      }
    }
    output.select(in.rows(), selection, size, weights);
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(schema, live);
  }
}
