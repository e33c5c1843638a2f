package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.ValueHeap;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns staged rows into a batch: local codes become codes of the engine's dictionary, each
 * distinct value of a section being looked up once. Columns that nothing reads are left out: their
 * values need no place in the dictionary.
 */
final class RowEncoder {
  private static final int UNKNOWN = -1;

  private final Type[] types;
  private final boolean[] isRead;
  private final Dictionary dictionary;
  private final Batch batch;
  private int[] codes = new int[0];

  /** An encoder for all columns of a schema. */
  RowEncoder(Schema schema, Dictionary dictionary) {
    this(schema, allOf(schema), dictionary);
  }

  private static boolean[] allOf(Schema schema) {
    boolean[] all = new boolean[schema.size()];
    Arrays.fill(all, true);
    return all;
  }

  /**
   * An encoder for rows of a schema.
   *
   * @param isRead for each column, whether anything reads it
   */
  RowEncoder(Schema schema, boolean[] isRead, Dictionary dictionary) {
    this.types = schema.fields().stream().map(Field::type).toArray(Type[]::new);
    this.isRead = isRead.clone();
    this.dictionary = dictionary;
    this.batch = new Batch(types.length);
  }

  /** The rows of all sections, in order; valid until the next call. */
  Batch encode(List<StagedRows> sections) {
    int total = sections.stream().mapToInt(StagedRows::size).sum();
    for (int c = 0; c < types.length; c++) {
      if (isRead[c]) {
        batch.column(c).reset(total);
      }
    }
    int at = 0;
    for (StagedRows section : sections) {
      encode(section, at);
      at += section.size();
    }
    batch.fill(total, null);
    return batch;
  }

  private void encode(StagedRows section, int at) {
    ValueHeap heap = section.heap();
    if (codes.length < heap.size()) {
      codes = new int[heap.size() + (heap.size() >> 1)];
    }
    Arrays.fill(codes, 0, heap.size(), UNKNOWN);
    for (int c = 0; c < types.length; c++) {
      if (!isRead[c]) {
        continue;
      }
      Column from = section.column(c);
      Column to = batch.column(c);
      if (!types[c].isEncoded()) {
        System.arraycopy(from.words(), 0, to.words(), at, section.size());
      } else if (types[c].kind() == Type.Kind.STRING) {
        encodeStrings(from, heap, section.size(), to.words(), at);
      } else {
        encodeBytes(from, heap, section.size(), to.words(), at);
      }
      copyNulls(from.nulls(), section.size(), to, at);
    }
  }

  private void encodeStrings(Column from, ValueHeap heap, int size, long[] to, int at) {
    long[] words = from.words();
    boolean hasNulls = from.nulls() != null;
    for (int row = 0; row < size; row++) {
      if (hasNulls && from.isNull(row)) {
        to[at + row] = 0;
        continue;
      }
      int local = (int) words[row];
      int code = codes[local];
      if (code == UNKNOWN) {
        code =
            dictionary.internUtf8(
                heap.bytes(), heap.start(local), heap.end(local), heap.hash(local));
        codes[local] = code;
      }
      to[at + row] = code;
    }
  }

  private void encodeBytes(Column from, ValueHeap heap, int size, long[] to, int at) {
    for (int row = 0; row < size; row++) {
      if (from.isNull(row)) {
        to[at + row] = 0;
      } else {
        int local = (int) from.word(row);
        byte[] value = Arrays.copyOfRange(heap.bytes(), heap.start(local), heap.end(local));
        to[at + row] = dictionary.intern(value);
      }
    }
  }

  private static void copyNulls(long @Nullable [] nulls, int size, Column to, int at) {
    if (nulls != null) {
      for (int row = 0; row < size; row++) {
        if (Bits.get(nulls, row)) {
          to.setNull(at + row);
        }
      }
    }
  }
}
