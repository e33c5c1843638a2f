package dev.leat.engine.plan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The digest of a canonical text: the first 128 bits of its SHA-256. What has equal texts has equal
 * fingerprints, in every process and on every machine, and no two texts that anyone will meet share
 * one.
 *
 * @param high the first 64 bits
 * @param low the next 64 bits
 */
public record Fingerprint(long high, long low) {
  private static final int DIGITS = 2 * 2 * Long.BYTES;

  /** The fingerprint of a text. */
  static Fingerprint of(String canonicalText) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer bits =
          ByteBuffer.wrap(digest.digest(canonicalText.getBytes(StandardCharsets.UTF_8)));
      return new Fingerprint(bits.getLong(), bits.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256, this one does not", e);
    }
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Fingerprint parse(String text) {
    if (text.length() != DIGITS || !text.chars().allMatch(Fingerprint::isDigit)) {
      throw new IllegalArgumentException(
          "a fingerprint has " + DIGITS + " lower-case hexadecimal digits: text=" + text);
    }
    return new Fingerprint(
        HexFormat.fromHexDigitsToLong(text, 0, DIGITS / 2),
        HexFormat.fromHexDigitsToLong(text, DIGITS / 2, DIGITS));
  }

  private static boolean isDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
