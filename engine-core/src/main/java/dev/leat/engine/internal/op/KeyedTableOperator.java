package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table with a primary key: keeps its rows and turns what is put and deleted into changes.
 * However often a key is written in an epoch, there is at most one old row (-1) and one new row
 * (+1) of it, and none if they are equal. Deleting a key that is not there changes nothing. A table
 * that forgets takes back the rows of keys that were not put in for a time.
 *
 * <p>A row's words are its key's, one that says whether it is there, and those of its other
 * columns.
 */
public final class KeyedTableOperator implements InputOperator {
  private final KeyLayout keyLayout;
  private final KeyLayout restLayout;
  private final int liveWord;
  private final int restWord;
  private final RowEncoder encoder;
  private final KeyTable keys;
  private final TouchedRows touched;
  private final long[] probe;
  private final Batch output;
  private final @Nullable RowExpiry expiry;
  private List<StagedRows> staged = List.of();

  /**
   * The operator of a table.
   *
   * @param time by which its rows are forgotten, if they are
   */
  public KeyedTableOperator(Node.Input node, Dictionary dictionary, TickTime time) {
    Schema schema = node.schema();
    int[] key = node.primaryKey().stream().mapToInt(schema::find).toArray();
    int[] rest =
        IntStream.range(0, schema.size())
            .filter(c -> Arrays.stream(key).noneMatch(k -> k == c))
            .toArray();
    this.keyLayout = KeyLayout.of(schema, key);
    this.restLayout = KeyLayout.of(schema, rest);
    this.liveWord = keyLayout.stride();
    this.restWord = liveWord + 1;
    this.encoder = new RowEncoder(schema, dictionary);
    int payload = 1 + restLayout.stride();
    this.keys = new KeyTable(keyLayout, payload, dictionary.hashing());
    this.touched = new TouchedRows(keys.rows(), liveWord, new long[keys.rows().stride()]);
    this.probe = new long[keyLayout.stride()];
    this.output = new Batch(schema.size());
    this.expiry = RowExpiry.of(node, time, keys.rows());
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
    int row = 0;
    for (StagedRows section : staged) {
      byte[] ops = section.ops();
      for (int i = 0; i < section.size(); i++, row++) {
        apply(in, row, ops != null && ops[i] == StagedRows.DELETE);
      }
    }
    staged = List.of();
    touched.storeWithImage();
    emit();
    for (int i = 0; i < touched.endedCount(); i++) {
      keys.remove(touched.ended(i));
    }
  }

  private void forget() {
    while (expiry != null && expiry.isDue()) {
      int at = touched.touch(expiry.removeFirst());
      touched.words()[at + liveWord] = 0;
    }
  }

  private void apply(Batch in, int row, boolean isDelete) {
    keyLayout.gather(in, row, probe);
    int slot = isDelete ? keys.find(probe) : keys.findOrAdd(probe);
    if (slot < 0) {
      return;
    }
    int at = touched.touch(slot);
    long[] words = touched.words();
    words[at + liveWord] = isDelete ? 0 : 1;
    if (!isDelete) {
      restLayout.gather(in, row, words, at + restWord);
    }
    if (expiry == null) {
      return;
    }
    if (isDelete) {
      expiry.wasDeleted(slot);
    } else {
      expiry.wasPut(slot);
    }
  }

  private void emit() {
    int count = touched.imageRows();
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(count);
    }
    int stride = keys.rows().stride();
    for (int row = 0; row < count; row++) {
      keyLayout.scatter(touched.image(), row * stride, output, row);
      restLayout.scatter(touched.image(), row * stride + restWord, output, row);
    }
    output.fill(count, touched.imageWeights());
    output.number(touched.imageSlots());
    output.consolidated();
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return keys.bytes() + touched.stateBytes() + (expiry == null ? 0 : expiry.bytes());
  }

  @Override
  public void mark(CodeSet live) {
    keys.mark(live);
    GroupRows rows = keys.rows();
    for (int slot = 0; slot < rows.bound(); slot++) {
      long[] page = rows.page(slot);
      int from = rows.offset(slot);
      if (page[from + liveWord] != 0) {
        restLayout.mark(page, from + restWord, live);
      }
    }
  }

  @Override
  public StateImage capture() {
    StateImage ofKeys = keys.capture();
    if (expiry == null) {
      return ofKeys;
    }
    StateImage ofTimes = expiry.capture();
    return out -> {
      ofKeys.writeTo(out);
      ofTimes.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    keys.restore(in);
    if (expiry != null) {
      expiry.restore(in);
    }
  }
}
