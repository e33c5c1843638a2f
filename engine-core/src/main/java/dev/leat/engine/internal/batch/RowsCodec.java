package dev.leat.engine.internal.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes staged rows into a record of the log, and reads them.
 *
 * <p>Layout: number of rows; ops if there are deletes; of the heap the number of values, their
 * lengths and their bytes; of each column its null bitmap if it has one, then the smallest word and
 * the difference of each row to it, in as many bytes (0, 1, 2, 4 or 8) as the greatest difference
 * needs.
 */
public final class RowsCodec {
  private static final int HAS_DELETES = 1;
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RowsCodec() {}

  /** Appends rows to a record. */
  public static void write(StagedRows rows, ByteWriter out) {
    int count = rows.size();
    byte[] ops = rows.ops();
    out.writeInt(count);
    out.writeByte(ops == null ? 0 : HAS_DELETES);
    if (ops != null) {
      out.writeBytes(ops, 0, count);
    }
    ValueHeap heap = rows.heap();
    out.writeInt(heap.size());
    int lengths = out.reserve(Math.multiplyExact(heap.size(), Integer.BYTES));
    for (int code = 0; code < heap.size(); code++) {
      INTS.set(out.bytes(), lengths + Integer.BYTES * code, heap.end(code) - heap.start(code));
    }
    out.writeBytes(heap.bytes(), 0, heap.byteCount());
    for (int c = 0; c < rows.schema().size(); c++) {
      writeColumn(rows.column(c), count, out);
    }
  }

  private static void writeColumn(Column column, int rows, ByteWriter out) {
    long[] nulls = column.nulls();
    out.writeByte(nulls == null ? 0 : 1);
    if (nulls != null) {
      for (int i = 0; i < Bits.wordsFor(rows); i++) {
        out.writeLong(nulls[i]);
      }
    }
    long[] words = column.words();
    long min = rows == 0 ? 0 : words[0];
    long max = min;
    for (int row = 1; row < rows; row++) {
      min = Math.min(min, words[row]);
      max = Math.max(max, words[row]);
    }
    int width = width(max - min);
    out.writeLong(min);
    out.writeByte(width);
    int at = out.reserve(Math.multiplyExact(rows, width));
    byte[] bytes = out.bytes();
    switch (width) {
      case 1 -> {
        for (int row = 0; row < rows; row++) {
          bytes[at + row] = (byte) (words[row] - min);
        }
      }
      case 2 -> {
        for (int row = 0; row < rows; row++) {
          SHORTS.set(bytes, at + Short.BYTES * row, (short) (words[row] - min));
        }
      }
      case 4 -> {
        for (int row = 0; row < rows; row++) {
          INTS.set(bytes, at + Integer.BYTES * row, (int) (words[row] - min));
        }
      }
      case 8 -> {
        for (int row = 0; row < rows; row++) {
          LONGS.set(bytes, at + Long.BYTES * row, words[row] - min);
        }
      }
      default -> {
        // All words are the smallest one.
      }
    }
  }

  private static int width(long range) {
    if (range == 0) {
      return 0;
    }
    if (range < 0) {
      return 8;
    }
    if (range < 1L << 8) {
      return 1;
    }
    if (range < 1L << 16) {
      return 2;
    }
    return range < 1L << 32 ? 4 : 8;
  }

  /**
   * Reads rows; what was in them before is gone.
   *
   * @throws IndexOutOfBoundsException if the record ends early
   * @throws IllegalArgumentException if it cannot have been written by {@link #write}
   */
  public static void read(ByteReader in, StagedRows rows) {
    readAllButColumns(in, rows);
    for (int c = 0; c < rows.schema().size(); c++) {
      readColumn(in, rows.column(c), rows.size());
    }
  }

  /**
   * Reads rows that were written with other columns. Columns that no written one is read into are
   * null. What was in the rows before is gone.
   *
   * @param targets for each column that was written, the one that takes its words; -1 if none does
   * @throws IndexOutOfBoundsException if the record ends early
   * @throws IllegalArgumentException if it cannot have been written by {@link #write}
   */
  public static void read(ByteReader in, StagedRows rows, int[] targets) {
    readAllButColumns(in, rows);
    boolean[] isRead = new boolean[rows.schema().size()];
    for (int target : targets) {
      if (target < 0) {
        skipColumn(in, rows.size());
      } else {
        readColumn(in, rows.column(target), rows.size());
        isRead[target] = true;
      }
    }
    for (int c = 0; c < isRead.length; c++) {
      for (int row = 0; row < rows.size() && !isRead[c]; row++) {
        rows.column(c).setNull(row);
      }
    }
  }

  private static void skipColumn(ByteReader in, int rows) {
    if (in.readByte() != 0) {
      in.skip(Math.multiplyExact(Bits.wordsFor(rows), Long.BYTES));
    }
    in.skip(Long.BYTES);
    in.skip(Math.multiplyExact(rows, in.readByte()));
  }

  private static void readAllButColumns(ByteReader in, StagedRows rows) {
    rows.clear();
    int count = checkCount(in.readInt());
    byte[] ops = (in.readByte() & HAS_DELETES) == 0 ? null : readOps(in, count);
    int values = checkCount(in.readInt());
    int[] lengths = new int[values];
    long total = 0;
    for (int i = 0; i < values; i++) {
      lengths[i] = checkCount(in.readInt());
      total += lengths[i];
    }
    int from = in.skip(Math.toIntExact(total));
    rows.heap().load(in.bytes(), from, lengths, values);
    rows.load(count, ops);
  }

  private static int checkCount(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("a count is negative: " + count);
    }
    return count;
  }

  private static byte @Nullable [] readOps(ByteReader in, int count) {
    byte[] ops = new byte[count];
    int from = in.skip(count);
    System.arraycopy(in.bytes(), from, ops, 0, count);
    return ops;
  }

  private static void readColumn(ByteReader in, Column column, int rows) {
    column.ensure(rows + 1);
    if (in.readByte() != 0) {
      long[] nulls = column.writableNulls();
      for (int i = 0; i < Bits.wordsFor(rows); i++) {
        nulls[i] = in.readLong();
      }
    }
    long min = in.readLong();
    int width = in.readByte();
    int at = in.skip(Math.multiplyExact(rows, width));
    byte[] bytes = in.bytes();
    long[] words = column.words();
    switch (width) {
      case 0 -> Arrays.fill(words, 0, rows, min);
      case 1 -> {
        for (int row = 0; row < rows; row++) {
          words[row] = min + (bytes[at + row] & 0xffL);
        }
      }
      case 2 -> {
        for (int row = 0; row < rows; row++) {
          words[row] = min + ((short) SHORTS.get(bytes, at + Short.BYTES * row) & 0xffffL);
        }
      }
      case 4 -> {
        for (int row = 0; row < rows; row++) {
          words[row] = min + ((int) INTS.get(bytes, at + Integer.BYTES * row) & 0xffffffffL);
        }
      }
      case 8 -> {
        for (int row = 0; row < rows; row++) {
          words[row] = min + (long) LONGS.get(bytes, at + Long.BYTES * row);
        }
      }
      default -> throw new IllegalArgumentException("a column has words of " + width + " bytes");
    }
  }
}
