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
 * A table with a primary key: keeps its rows and turns what is put and deleted into changes.
 * However often a key is written in an epoch, there is at most one old row (-1) and one new row
 * (+1) of it, and none if they are equal. Deleting a key that is not there changes nothing.
 */
public final class KeyedTableOperator implements InputOperator {
  private final Schema schema;
  private final KeyLayout keyLayout;
  private final KeyLayout rowLayout;
  private final RowEncoder encoder;
  private final KeyTable keys;
  private final int stride;
  private final long[] probe;
  private final long[] words;
  private final Batch output;
  private List<StagedRows> staged = List.of();

  private long[] rows = new long[0];
  private boolean[] present = new boolean[16];
  private long[] touchedAt = new long[16];
  private int[] touched = new int[16];
  private long[] before = new long[0];
  private boolean[] wasPresent = new boolean[16];
  private int touchedCount;
  private long stepNumber;
  private long[] weights = new long[32];
  private int[] slots = new int[32];

  public KeyedTableOperator(Node.Input node, Dictionary dictionary) {
    this.schema = node.schema();
    int[] key = node.primaryKey().stream().mapToInt(schema::find).toArray();
    this.keyLayout = KeyLayout.of(schema, key);
    this.rowLayout = KeyLayout.of(schema);
    this.stride = rowLayout.stride();
    this.encoder = new RowEncoder(schema, dictionary);
    this.keys = new KeyTable(keyLayout, dictionary.hashing());
    this.probe = new long[keyLayout.stride()];
    this.words = new long[stride];
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
    int row = 0;
    for (StagedRows section : staged) {
      byte[] ops = section.ops();
      for (int i = 0; i < section.size(); i++, row++) {
        apply(in, row, ops != null && ops[i] == StagedRows.DELETE);
      }
    }
    staged = List.of();
    emit();
  }

  private void apply(Batch in, int row, boolean isDelete) {
    keyLayout.gather(in, row, probe);
    int slot = isDelete ? keys.find(probe) : keys.findOrAdd(probe);
    if (slot < 0) {
      return;
    }
    ensureSlots();
    touch(slot);
    present[slot] = !isDelete;
    if (!isDelete) {
      rowLayout.gather(in, row, words);
      System.arraycopy(words, 0, rows, slot * stride, stride);
    }
  }

  private void ensureSlots() {
    int bound = keys.bound();
    if (present.length < bound) {
      present = Arrays.copyOf(present, Math.max(bound, 2 * present.length));
      touchedAt = Arrays.copyOf(touchedAt, present.length);
    }
    if (rows.length < bound * stride) {
      rows = Arrays.copyOf(rows, Math.multiplyExact(present.length, stride));
    }
  }

  private void touch(int slot) {
    if (touchedAt[slot] == stepNumber) {
      return;
    }
    if (touchedCount == touched.length) {
      touched = Arrays.copyOf(touched, 2 * touchedCount);
      wasPresent = Arrays.copyOf(wasPresent, touched.length);
    }
    if (before.length < touched.length * stride) {
      before = Arrays.copyOf(before, touched.length * stride);
    }
    System.arraycopy(rows, slot * stride, before, touchedCount * stride, stride);
    wasPresent[touchedCount] = present[slot];
    touchedAt[slot] = stepNumber;
    touched[touchedCount++] = slot;
  }

  private void emit() {
    for (int c = 0; c < schema.size(); c++) {
      output.column(c).reset(2 * touchedCount);
    }
    if (weights.length < 2 * touchedCount) {
      weights = new long[4 * touchedCount];
      slots = new int[weights.length];
    }
    int size = 0;
    for (int i = 0; i < touchedCount; i++) {
      int slot = touched[i];
      int from = i * stride;
      int now = slot * stride;
      boolean isEqual =
          wasPresent[i]
              && present[slot]
              && Arrays.equals(before, from, from + stride, rows, now, now + stride);
      if (wasPresent[i] && !isEqual) {
        rowLayout.scatter(before, from, output, size);
        slots[size] = slot;
        weights[size++] = -1;
      }
      if (present[slot] && !isEqual) {
        rowLayout.scatter(rows, now, output, size);
        slots[size] = slot;
        weights[size++] = 1;
      }
      if (!present[slot]) {
        keys.remove(slot);
        Arrays.fill(rows, now, now + stride, 0);
        touchedAt[slot] = 0;
      }
    }
    output.fill(size, weights);
    output.number(slots);
    output.consolidated();
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public void mark(CodeSet live) {
    for (int c = 0; c < schema.size(); c++) {
      if (schema.field(c).type().isEncoded()) {
        for (int slot = 0; slot < keys.bound(); slot++) {
          if (present[slot] && !rowLayout.isNull(rows, slot * stride, c)) {
            live.add(rows[slot * stride + c]);
          }
        }
      }
    }
  }
}
