package dev.leat.engine.internal.batch;

import dev.leat.engine.plan.Type;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Goes through the elements of an array as {@link ValueBytes} has them, and puts such bytes
 * together, without making a list of it.
 */
public final class ArrayBytes {
  private static final int NULL_LENGTH = -1;

  private final byte[] bytes;
  private int at;

  private ArrayBytes(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** How many elements an array has. */
  public static int count(byte[] array) {
    return ByteBuffer.wrap(array).getInt();
  }

  /** Puts the elements of an array, one for each row, into a column, from a row on. */
  public static void decode(Type element, byte[] array, Dictionary dictionary, Column to, int row) {
    ArrayBytes elements = new ArrayBytes(array, Integer.BYTES);
    int count = count(array);
    for (int i = 0; i < count; i++) {
      int length = elements.length();
      if (length == NULL_LENGTH) {
        to.setNull(row + i);
      } else {
        to.set(row + i, elements.word(element, length, dictionary));
        elements.at += length;
      }
    }
  }

  /** What {@link #find} gives if the value is not there, and none of the elements is null. */
  public static final int ABSENT = -1;

  /** What {@link #find} gives if the value is not there, but some element is null. */
  public static final int UNKNOWN = -2;

  /**
   * Which element, from 0, is the first that has a value's bytes: see {@link #encode}. As equal
   * values have equal bytes, no element is decoded for that.
   */
  public static int find(byte[] array, byte[] value) {
    ArrayBytes elements = new ArrayBytes(array, Integer.BYTES);
    int count = count(array);
    int absent = ABSENT;
    for (int i = 0; i < count; i++) {
      int length = elements.length();
      if (length == NULL_LENGTH) {
        absent = UNKNOWN;
        continue;
      }
      int from = elements.at;
      elements.at += length;
      if (Arrays.equals(array, from, from + length, value, 0, value.length)) {
        return i;
      }
    }
    return absent;
  }

  /** Puts one element of an array, by its index from 0, into a row of a column. */
  public static void decodeOne(
      Type element, byte[] array, int index, Dictionary dictionary, Column to, int row) {
    ArrayBytes elements = new ArrayBytes(array, Integer.BYTES);
    int length = elements.length();
    for (int i = 0; i < index; i++) {
      elements.at += Math.max(length, 0);
      length = elements.length();
    }
    if (length == NULL_LENGTH) {
      to.setNull(row);
    } else {
      to.set(row, elements.word(element, length, dictionary));
    }
  }

  /** The bytes of a value as an element of an array. */
  public static byte[] encode(Type element, long word, Dictionary.Values values) {
    if (!element.isEncoded()) {
      return ByteBuffer.allocate(Long.BYTES).putLong(word).array();
    }
    Object value = values.value(word);
    return value instanceof String string
        ? string.getBytes(StandardCharsets.UTF_8)
        : (byte[]) value;
  }

  private int length() {
    int length = ByteBuffer.wrap(bytes, at, Integer.BYTES).getInt();
    at += Integer.BYTES;
    return length;
  }

  private long word(Type element, int length, Dictionary dictionary) {
    if (!element.isEncoded()) {
      return ByteBuffer.wrap(bytes, at, length).getLong();
    }
    byte[] value = Arrays.copyOfRange(bytes, at, at + length);
    return element.kind() == Type.Kind.STRING
        ? dictionary.intern(new String(value, StandardCharsets.UTF_8))
        : dictionary.intern(value);
  }

  /**
   * Orders two arrays by their first elements that differ, null being the largest; one that is the
   * beginning of the other comes first.
   */
  static int compare(Type element, byte[] a, byte[] b) {
    ArrayBytes left = new ArrayBytes(a, Integer.BYTES);
    ArrayBytes right = new ArrayBytes(b, Integer.BYTES);
    int count = Math.min(count(a), count(b));
    for (int i = 0; i < count; i++) {
      int lengthOfLeft = left.length();
      int lengthOfRight = right.length();
      if (lengthOfLeft == NULL_LENGTH || lengthOfRight == NULL_LENGTH) {
        if (lengthOfLeft != lengthOfRight) {
          return lengthOfLeft == NULL_LENGTH ? 1 : -1;
        }
        continue;
      }
      int order = compareElements(element, left.take(lengthOfLeft), right.take(lengthOfRight));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(count(a), count(b));
  }

  private byte[] take(int length) {
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  private static int compareElements(Type type, byte[] a, byte[] b) {
    return switch (type.kind()) {
      // UTF-8 is ordered as code points are.
      case STRING, BYTES -> Arrays.compareUnsigned(a, b);
      case ARRAY -> compare(type.elementType(), a, b);
      case FLOAT, DOUBLE -> Double.compare(Words.toDouble(toWord(a)), Words.toDouble(toWord(b)));
      case DECIMAL ->
          type.isEncoded()
              ? new BigInteger(a).compareTo(new BigInteger(b))
              : Long.compare(toWord(a), toWord(b));
      default -> Long.compare(toWord(a), toWord(b));
    };
  }

  private static long toWord(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  /** Puts the bytes of an array together, element by element. One thread; reusable. */
  public static final class Builder {
    private final Type element;
    private byte[] bytes = new byte[64];
    private int size;
    private int count;

    /** Of arrays with elements of a type. */
    public Builder(Type element) {
      this.element = element;
    }

    /** Begins an array. */
    public void start() {
      size = Integer.BYTES;
      count = 0;
    }

    /** How many bytes the array takes so far. */
    public int size() {
      return size;
    }

    /** Adds a null. */
    public void addNull() {
      addInt(NULL_LENGTH);
      count++;
    }

    /** Adds the value of a word. */
    public void add(long word, Dictionary.Values values) {
      if (element.isEncoded()) {
        byte[] encoded = encode(element, word, values);
        addInt(encoded.length);
        ensure(encoded.length);
        System.arraycopy(encoded, 0, bytes, size, encoded.length);
        size += encoded.length;
      } else {
        addInt(Long.BYTES);
        ensure(Long.BYTES);
        ByteBuffer.wrap(bytes, size, Long.BYTES).putLong(word);
        size += Long.BYTES;
      }
      count++;
    }

    private void addInt(int value) {
      ensure(Integer.BYTES);
      ByteBuffer.wrap(bytes, size, Integer.BYTES).putInt(value);
      size += Integer.BYTES;
    }

    private void ensure(int more) {
      if (bytes.length - size < more) {
        bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
      }
    }

    /** The bytes of the array. */
    public byte[] toBytes() {
      ByteBuffer.wrap(bytes).putInt(count);
      return Arrays.copyOf(bytes, size);
    }
  }
}
