package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.ValueHeap;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.RecentKeys;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Type;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A stream without repetitions: a row is passed on unless one with its key was, within the horizon
 * before. Keys are looked at as they stand in the staged rows, so they need no place in the
 * dictionary, unless something else reads them.
 */
public final class DeduplicatingStreamOperator implements InputOperator {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final RowEncoder encoder;
  private final int[] keyColumns;
  private final Type[] keyTypes;
  private final RecentKeys keys;
  private List<StagedRows> staged = List.of();
  private Batch output;
  private int[] selection = new int[16];
  private byte[] key = new byte[64];
  private long nowMicros = Long.MIN_VALUE;
  private long duplicates;

  /**
   * The operator of a stream.
   *
   * @param isRead for each column, whether anything reads it
   */
  public DeduplicatingStreamOperator(
      Node.Input node, Deduplication deduplication, boolean[] isRead, Dictionary dictionary) {
    this.encoder = new RowEncoder(node.schema(), isRead, dictionary);
    this.keyColumns = deduplication.key().stream().mapToInt(node.schema()::find).toArray();
    this.keyTypes =
        Arrays.stream(keyColumns)
            .mapToObj(column -> node.schema().field(column).type())
            .toArray(Type[]::new);
    this.keys =
        new RecentKeys(
            deduplication.horizonMicros(),
            dictionary.hashing().hash(0),
            dictionary.hashing().hash(1));
    this.output = encoder.encode(List.of());
  }

  @Override
  public void startEpoch(long tickMicros) {
    nowMicros = tickMicros;
  }

  @Override
  public void stage(List<StagedRows> sections) {
    staged = sections;
  }

  @Override
  public void step() {
    keys.advance(nowMicros);
    output = encoder.encode(staged);
    int total = output.rows();
    if (selection.length < total) {
      selection = new int[total + (total >> 1)];
    }
    int count = 0;
    int at = 0;
    for (StagedRows section : staged) {
      for (int row = 0; row < section.size(); row++, at++) {
        if (isNew(section, row)) {
          selection[count++] = at;
        }
      }
    }
    staged = List.of();
    if (count < total) {
      duplicates += total - count;
      output.select(total, selection, count, null);
    }
  }

  private boolean isNew(StagedRows rows, int row) {
    for (int column : keyColumns) {
      if (rows.column(column).isNull(row)) {
        // It has no key, so it is not known to be a repetition.
        return true;
      }
    }
    ValueHeap heap = rows.heap();
    if (keyColumns.length == 1 && keyTypes[0].isEncoded()) {
      int code = (int) rows.column(keyColumns[0]).word(row);
      return keys.add(heap.bytes(), heap.start(code), heap.end(code));
    }
    int length = 0;
    for (int k = 0; k < keyColumns.length; k++) {
      length = append(rows.column(keyColumns[k]), keyTypes[k], row, heap, length);
    }
    return keys.add(key, 0, length);
  }

  /** Appends a value to the key: its word, or its length and its bytes. */
  private int append(Column column, Type type, int row, ValueHeap heap, int length) {
    long word = column.word(row);
    int from = type.isEncoded() ? heap.start((int) word) : 0;
    int to = type.isEncoded() ? heap.end((int) word) : 0;
    int end = length + Long.BYTES + to - from;
    if (key.length < end) {
      key = Arrays.copyOf(key, 2 * end);
    }
    LONGS.set(key, length, type.isEncoded() ? (long) to - from : word);
    System.arraycopy(heap.bytes(), from, key, length + Long.BYTES, to - from);
    return end;
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return keys.bytes();
  }

  @Override
  public long duplicateRows() {
    return duplicates;
  }

  @Override
  public StateImage capture() {
    StateImage ofKeys = keys.capture();
    long soFar = duplicates;
    return out -> {
      out.writeLong(soFar);
      ofKeys.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    duplicates = in.readLong();
    keys.restore(in);
  }
}
