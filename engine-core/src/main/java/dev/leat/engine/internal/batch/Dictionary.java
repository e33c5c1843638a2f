package dev.leat.engine.internal.batch;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.checkpoint.StateWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values that do not fit a word, each with a code that stands for it: equal values have equal
 * codes, so that operators compare and group codes. One for each engine; a value is a {@code
 * String}, or the bytes that {@link Words} makes of a wide decimal, an array or bytes.
 *
 * <p><b>Structure.</b> An open-addressing table of codes beside an array of their hashes; values in
 * pages, so that growing does not copy them. Codes are handed out in order, freed ones first; they
 * say nothing about the order of values.
 *
 * <p><b>Freeing.</b> Nobody counts references. When enough values were added since the last time,
 * the engine asks every operator and view which codes it holds, between two epochs, and {@link
 * #retain} frees the others: cost in proportion to the state, spread over as many new values.
 * Caches by code must be dropped when {@link #generation} changes.
 *
 * <p><b>Checkpoints.</b> Values are written with their codes, because the state of operators is
 * full of these. They are read into a new dictionary before a plan is compiled for it, so that
 * constants find the codes that they had, and those that are new get others; what is pinned is not
 * part of the state, because compiling pins it.
 *
 * <p><b>Threading.</b> The engine's thread only. Readers decode through a {@link Values}, which
 * stays right: pages in which something is freed are replaced, not changed, and a code is given out
 * again only after no reader's view of the state can hold it.
 */
public final class Dictionary implements Checkpointed {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int MIN_GARBAGE = 1 << 16;
  private static final int SHORT_CHARS = 256;
  private static final long MIN_GARBAGE_BYTES = 16L << 20;

  /** What a code takes beside its value: a reference, a hash, places in the table. */
  private static final long CODE_BYTES = 24;

  private static final long ARRAY_BYTES = 20;

  /** Of a string beside its characters. */
  private static final long STRING_BYTES = 24 + ARRAY_BYTES;

  /** No value of a row that may come in is longer. */
  private static final int MAX_VALUE_BYTES = 1 << 30;

  /** Decodes codes: what a reader takes with it. */
  public static final class Values {
    private final Object[][] pages;
    private final Object era;

    private Values(Object[][] pages, Object era) {
      this.pages = pages;
      this.era = era;
    }

    /**
     * What codes are of: decoders with the very same one agree on each code that both have. Another
     * one comes whenever codes were freed.
     */
    public Object era() {
      return era;
    }

    /** The value of a code: a String, or a byte[]. */
    public Object value(long code) {
      return pages[(int) code >>> PAGE_BITS][(int) code & (PAGE_SIZE - 1)];
    }

    public String string(long code) {
      return (String) value(code);
    }

    public byte[] bytes(long code) {
      return (byte[]) value(code);
    }
  }

  private final Hashing hashing;
  private Object[][] pages = new Object[0][];
  private Object era = new Object();
  private Values values = new Values(pages, era);
  private long[] hashes = new long[1024];
  private int[] table = new int[2048];
  private int bound;
  private int used;
  private int[] free = new int[0];
  private int freeCount;
  private int usedAfterSweep;
  private long valueBytes;
  private long bytesAfterSweep;
  private int generation;
  private long[] pinned = new long[16];
  private byte[] scratch = new byte[256];

  public Dictionary(Hashing hashing) {
    this.hashing = hashing;
    Arrays.fill(table, -1);
  }

  /** The hashes that its codes are found by. */
  public Hashing hashing() {
    return hashing;
  }

  /** All codes are below this. */
  public int bound() {
    return bound;
  }

  /** How many values it holds. */
  public int size() {
    return used;
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return valueBytes + used * CODE_BYTES;
  }

  private static long bytesOf(Object value) {
    if (!(value instanceof String string)) {
      return ARRAY_BYTES + ((byte[]) value).length;
    }
    int all = 0;
    for (int i = 0; i < string.length(); i++) {
      all |= string.charAt(i);
    }
    // The JVM takes one byte a character if all fit one.
    return STRING_BYTES + (all < 0x100 ? 1L : 2L) * string.length();
  }

  /** Changes whenever codes were freed, and so may come to mean something else. */
  public int generation() {
    return generation;
  }

  /** Decodes the codes of now; stays valid for them. */
  public Values values() {
    return values;
  }

  public String string(long code) {
    return values.string(code);
  }

  public byte[] bytes(long code) {
    return values.bytes(code);
  }

  /**
   * The code of a string; a new one if need be.
   *
   * @throws IllegalArgumentException if half of a surrogate pair stands alone in it
   */
  public int intern(String string) {
    int length = encode(string);
    if (length < 0) {
      byte[] utf8 = StrictUtf8.encode(string);
      return internString(utf8, 0, utf8.length, hashing.hash(utf8, 0, utf8.length), string);
    }
    return internString(scratch, 0, length, hashing.hash(scratch, 0, length), string);
  }

  /** Copies a string of ASCII characters into the scratch buffer; -1 if it has others. */
  private int encode(String string) {
    if (scratch.length < string.length()) {
      scratch = new byte[Math.max(string.length(), 2 * scratch.length)];
    }
    return encode(string, scratch);
  }

  private static int encode(String string, byte[] to) {
    int length = string.length();
    int all = 0;
    for (int i = 0; i < length; i++) {
      char c = string.charAt(i);
      all |= c;
      to[i] = (byte) c;
    }
    return all < 0x80 ? length : -1;
  }

  /** The code of a value, a String or bytes, or -1 if there is none; makes none. */
  public int find(Object value) {
    byte[] bytes = value instanceof String s ? s.getBytes(StandardCharsets.UTF_8) : (byte[]) value;
    long plain = hashing.hash(bytes, 0, bytes.length);
    long hash = value instanceof String ? plain : ~plain;
    int mask = table.length - 1;
    for (int at = (int) hash & mask; table[at] >= 0; at = (at + 1) & mask) {
      int code = table[at];
      if (hashes[code] == hash && Objects.deepEquals(values.value(code), value)) {
        return code;
      }
    }
    return -1;
  }

  /**
   * The code of a string given as valid UTF-8.
   *
   * @param hash of these bytes by {@link #hashing}
   */
  public int internUtf8(byte[] utf8, int from, int to, long hash) {
    return internString(utf8, from, to, hash, null);
  }

  private int internString(byte[] utf8, int from, int to, long hash, @Nullable String string) {
    int mask = table.length - 1;
    int at = (int) hash & mask;
    for (; table[at] >= 0; at = (at + 1) & mask) {
      int code = table[at];
      if (hashes[code] == hash
          && values.value(code) instanceof String known
          && (string != null ? known.equals(string) : equalsUtf8(known, utf8, from, to))) {
        return code;
      }
    }
    return add(string != null ? string : utf8String(utf8, from, to), hash, at);
  }

  private static String utf8String(byte[] utf8, int from, int to) {
    return new String(utf8, from, to - from, StandardCharsets.UTF_8);
  }

  private static boolean equalsUtf8(String string, byte[] utf8, int from, int to) {
    int length = to - from;
    if (string.length() == length) {
      int i = 0;
      while (i < length && string.charAt(i) == utf8[from + i]) {
        i++;
      }
      if (i == length) {
        return true;
      }
    }
    // Characters beyond ASCII have another number of bytes, or bytes that are negative.
    return string.length() <= length && string.equals(utf8String(utf8, from, to));
  }

  /** The code of bytes; the array is taken over. */
  public int intern(byte[] bytes) {
    long hash = ~hashing.hash(bytes, 0, bytes.length);
    int mask = table.length - 1;
    int at = (int) hash & mask;
    for (; table[at] >= 0; at = (at + 1) & mask) {
      int code = table[at];
      if (hashes[code] == hash
          && values.value(code) instanceof byte[] known
          && Arrays.equals(known, bytes)) {
        return code;
      }
    }
    return add(bytes, hash, at);
  }

  private int add(Object value, long hash, int at) {
    int code = freeCount > 0 ? free[--freeCount] : bound++;
    int page = code >>> PAGE_BITS;
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, page + 1);
      pages[page] = new Object[PAGE_SIZE];
      values = new Values(pages, era);
    }
    if (code >= hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * hashes.length);
    }
    pages[page][code & (PAGE_SIZE - 1)] = value;
    hashes[code] = hash;
    table[at] = code;
    used++;
    valueBytes += bytesOf(value);
    if (2 * used > table.length) {
      rehash(2 * table.length);
    }
    return code;
  }

  private void rehash(int size) {
    int[] old = table;
    table = new int[size];
    Arrays.fill(table, -1);
    for (int code : old) {
      if (code >= 0) {
        place(code);
      }
    }
  }

  private void place(int code) {
    int mask = table.length - 1;
    int at = (int) hashes[code] & mask;
    while (table[at] >= 0) {
      at = (at + 1) & mask;
    }
    table[at] = code;
  }

  /** Keeps a code for ever: that of a constant in a plan. */
  public void pin(int code) {
    if (code >>> 6 >= pinned.length) {
      pinned = Arrays.copyOf(pinned, Math.max(2 * pinned.length, (code >>> 6) + 1));
    }
    Bits.set(pinned, code);
  }

  /**
   * Were so many values, or so large ones, added since the last time that it is worth asking who
   * holds what?
   */
  public boolean wantsSweep() {
    return used - usedAfterSweep > Math.max(MIN_GARBAGE, usedAfterSweep)
        || valueBytes - bytesAfterSweep > Math.max(MIN_GARBAGE_BYTES, bytesAfterSweep);
  }

  /**
   * Frees the values of all codes that are neither in a set nor pinned.
   *
   * @return how many were freed
   */
  public int retain(CodeSet live) {
    boolean[] isFree = new boolean[bound];
    for (int i = 0; i < freeCount; i++) {
      isFree[free[i]] = true;
    }
    Object[][] kept = pages.clone();
    boolean[] copied = new boolean[kept.length];
    int freed = 0;
    // From the top, so that the lowest codes are given out first and bitmaps over codes stay small.
    for (int code = bound - 1; code >= 0; code--) {
      if (isFree[code] || live.contains(code) || isPinned(code)) {
        continue;
      }
      int page = code >>> PAGE_BITS;
      if (!copied[page]) {
        kept[page] = kept[page].clone();
        copied[page] = true;
      }
      valueBytes -= bytesOf(kept[page][code & (PAGE_SIZE - 1)]);
      kept[page][code & (PAGE_SIZE - 1)] = null;
      isFree[code] = true;
      freed++;
    }
    if (freed > 0) {
      collectFree(isFree, freeCount + freed);
      pages = kept;
      era = new Object();
      values = new Values(pages, era);
      used -= freed;
      generation++;
      rebuildTable(isFree);
    }
    usedAfterSweep = used;
    bytesAfterSweep = valueBytes;
    return freed;
  }

  private boolean isPinned(int code) {
    return code >>> 6 < pinned.length && Bits.get(pinned, code);
  }

  private void collectFree(boolean[] isFree, int count) {
    free = new int[count];
    freeCount = 0;
    for (int code = bound - 1; code >= 0; code--) {
      if (isFree[code]) {
        free[freeCount++] = code;
      }
    }
  }

  private void rebuildTable(boolean[] isFree) {
    int size = 2048;
    while (size < 4 * used) {
      size *= 2;
    }
    table = new int[size];
    Arrays.fill(table, -1);
    for (int code = 0; code < bound; code++) {
      if (!isFree[code]) {
        place(code);
      }
    }
  }

  @Override
  public StateImage capture() {
    // Pages change only where a code is free now, or beyond the bound.
    Object[][] captured = pages;
    int codes = bound;
    int[] freeCodes = Arrays.copyOf(free, freeCount);
    int sweptSize = usedAfterSweep;
    return out -> {
      out.writeInt(codes);
      out.writeInt(sweptSize);
      out.writeInt(freeCodes.length);
      out.writeInts(freeCodes, 0, freeCodes.length);
      boolean[] isFree = new boolean[codes];
      for (int code : freeCodes) {
        isFree[code] = true;
      }
      byte[] buffer = new byte[SHORT_CHARS];
      for (int code = 0; code < codes; code++) {
        if (!isFree[code]) {
          write(captured[code >>> PAGE_BITS][code & (PAGE_SIZE - 1)], buffer, out);
        }
      }
    };
  }

  /**
   * Writes a value.
   *
   * @param buffer for short strings, so that a million of them leave no garbage
   */
  private static void write(Object value, byte[] buffer, StateWriter out) {
    boolean isString = value instanceof String;
    byte[] bytes = buffer;
    int length = -1;
    if (value instanceof String string && string.length() <= buffer.length) {
      length = encode(string, buffer);
    }
    if (length < 0) {
      bytes = value instanceof String string ? utf8(string) : (byte[]) value;
      length = bytes.length;
    }
    // The length, and in its lowest bit whether it is a string.
    out.writeLong((long) length << 1 | (isString ? 1 : 0));
    out.writeBytes(bytes, 0, length);
  }

  private static byte[] utf8(String string) {
    return string.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Before anything is interned.
   */
  @Override
  public void restore(StateReader in) {
    if (bound != 0) {
      throw new IllegalStateException("values are read into an empty dictionary: values=" + used);
    }
    int codes = in.readInt();
    int sweptSize = in.readInt();
    int count = in.readInt();
    check(codes >= 0 && count >= 0 && count <= codes, "codes", codes);
    free = new int[count];
    freeCount = count;
    boolean[] isFree = new boolean[codes];
    for (int i = 0; i < count; i++) {
      int code = in.readInt();
      check(code >= 0 && code < codes && !isFree[code], "free code", code);
      isFree[code] = true;
      free[i] = code;
    }
    hashes = new long[Math.max(hashes.length, codes)];
    pages = new Object[(codes + PAGE_SIZE - 1) >>> PAGE_BITS][PAGE_SIZE];
    values = new Values(pages, era);
    bound = codes;
    used = codes - count;
    usedAfterSweep = sweptSize;
    for (int code = 0; code < codes; code++) {
      if (!isFree[code]) {
        read(code, in);
      }
    }
    bytesAfterSweep = valueBytes;
    rebuildTable(isFree);
  }

  private void read(int code, StateReader in) {
    long head = in.readLong();
    long length = head >>> 1;
    check(length <= MAX_VALUE_BYTES, "length of a value", length);
    byte[] bytes = new byte[(int) length];
    in.readBytes(bytes, 0, bytes.length);
    boolean isString = (head & 1) != 0;
    long hash = hashing.hash(bytes, 0, bytes.length);
    hashes[code] = isString ? hash : ~hash;
    Object value = isString ? new String(bytes, StandardCharsets.UTF_8) : bytes;
    pages[code >>> PAGE_BITS][code & (PAGE_SIZE - 1)] = value;
    valueBytes += bytesOf(value);
  }

  private static void check(boolean holds, String what, long found) {
    if (!holds) {
      throw new EngineException(
          Kind.CORRUPT,
          "a dictionary does not fit: "
              + what
              + "="
              + found
              + "; open the engine without this checkpoint");
    }
  }
}
