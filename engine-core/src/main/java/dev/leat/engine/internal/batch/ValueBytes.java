package dev.leat.engine.internal.batch;

import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that stand for a value that does not fit a word: equal values have equal bytes. Strings
 * are UTF-8, wide decimals the unscaled value in two's complement, bytes themselves; an array is
 * its number of elements, then each with a length in front, -1 for null. These bytes are also in
 * the log.
 */
public final class ValueBytes {
  private static final int NULL_LENGTH = -1;

  private ValueBytes() {}

  /**
   * The bytes of a value.
   *
   * @throws ArithmeticException if a number does not fit the type
   * @throws IllegalArgumentException if half of a surrogate pair stands alone in a string
   */
  public static byte[] encode(Type type, Object value) {
    return switch (type.kind()) {
      case STRING -> StrictUtf8.encode((String) value);
      case BYTES -> ((byte[]) value).clone();
      case DECIMAL ->
          type.isEncoded()
              ? Words.fit(type, (BigDecimal) value).unscaledValue().toByteArray()
              : fixed(type, value);
      case ARRAY -> encodeArray(type.elementType(), (List<?>) value);
      default -> fixed(type, value);
    };
  }

  private static byte[] fixed(Type type, Object value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(Words.ofFixed(type, value)).array();
  }

  private static byte[] encodeArray(Type elementType, List<?> elements) {
    List<byte @Nullable []> encoded = new ArrayList<>();
    int size = Integer.BYTES;
    for (Object element : elements) {
      byte[] bytes = element == null ? null : encode(elementType, element);
      encoded.add(bytes);
      size += Integer.BYTES + (bytes == null ? 0 : bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.allocate(size).putInt(elements.size());
    for (byte[] bytes : encoded) {
      if (bytes == null) {
        buffer.putInt(NULL_LENGTH);
      } else {
        buffer.putInt(bytes.length).put(bytes);
      }
    }
    return buffer.array();
  }

  /** The value of bytes. */
  public static Object decode(Type type, byte[] bytes) {
    return switch (type.kind()) {
      case STRING -> new String(bytes, StandardCharsets.UTF_8);
      case BYTES -> bytes.clone();
      case DECIMAL ->
          type.isEncoded()
              ? new BigDecimal(new BigInteger(bytes), type.scale())
              : Words.toFixedObject(type, ByteBuffer.wrap(bytes).getLong());
      case ARRAY -> decodeArray(type.elementType(), ByteBuffer.wrap(bytes));
      default -> Words.toFixedObject(type, ByteBuffer.wrap(bytes).getLong());
    };
  }

  private static List<@Nullable Object> decodeArray(Type elementType, ByteBuffer buffer) {
    int count = buffer.getInt();
    List<@Nullable Object> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = buffer.getInt();
      if (length == NULL_LENGTH) {
        elements.add(null);
      } else {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        elements.add(decode(elementType, bytes));
      }
    }
    return Collections.unmodifiableList(elements);
  }
}
