package dev.leat.engine.internal.json;

/**
 * What a line of NDJSON may cost at most. A line beyond a limit is rejected as a row; nothing else
 * suffers.
 *
 * @param maxDepth objects and arrays inside one another, the row itself included
 * @param maxNumberDigits digits of a number, those of its exponent included
 * @param maxExponent the greatest exponent of a number, of either sign
 * @param maxRowBytes length of a line without its line end
 * @param maxFieldBytes length of a name or a string in UTF-8, escapes resolved
 * @param maxFields names in a row, those of nested objects included
 */
public record JsonLimits(
    int maxDepth,
    int maxNumberDigits,
    int maxExponent,
    int maxRowBytes,
    int maxFieldBytes,
    int maxFields) {

  /**
   * What holds where nothing else is said: 64 levels, 64 digits, 1e±400, 1 MiB, 64 KiB, 1,024
   * names.
   */
  public static final JsonLimits DEFAULT = new JsonLimits(64, 64, 400, 1 << 20, 64 << 10, 1024);

  public JsonLimits {
    check("maxDepth", maxDepth, 1 << 10);
    check("maxNumberDigits", maxNumberDigits, 1 << 10);
    check("maxExponent", maxExponent, 1 << 10);
    check("maxRowBytes", maxRowBytes, 1 << 28);
    check("maxFieldBytes", maxFieldBytes, 1 << 28);
    check("maxFields", maxFields, 1 << 20);
  }

  private static void check(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "a limit is from 1 to " + most + ": " + name + "=" + value);
    }
  }
}
