package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The hashes of the reference code's test: key 00 01 ... 0f, input 00 01 ... */
class SipHashTest {
  @Test
  void givesTheHashesOfTheReferenceCode() {
    assertThat(hash(0)).isEqualTo("a3817f04ba25a8e66df67214c7550293");
    assertThat(hash(1)).isEqualTo("da87c1d86b99af44347659119b22fc45");
    assertThat(hash(2)).isEqualTo("8177228da4a45dc7fca38bdef60affe4");
  }

  @Test
  void hashesAPartOfAnArray() {
    SipHash hash = new SipHash(1, 2);
    byte[] bytes =
        "xxevent-4711-of-a-collectoryy".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    hash.hash(bytes, 2, bytes.length - 2);
    long first = hash.first();
    long second = hash.second();
    byte[] alone = "event-4711-of-a-collector".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    hash.hash(alone, 0, alone.length);
    assertThat(hash.first()).isEqualTo(first);
    assertThat(hash.second()).isEqualTo(second);
  }

  private static String hash(int length) {
    byte[] bytes = new byte[64];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    ByteBuffer key = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    SipHash hash = new SipHash(key.getLong(0), key.getLong(8));
    hash.hash(bytes, 0, length);
    ByteBuffer result = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    result.putLong(hash.first()).putLong(hash.second());
    return HexFormat.of().formatHex(result.array());
  }
}
