package dev.leat.engine.internal.batch;

/** A set of dictionary codes: which ones are still in use. */
public final class CodeSet {
  private final long[] bits;

  /** An empty set for codes below a bound. */
  public CodeSet(int bound) {
    bits = new long[Bits.wordsFor(bound)];
  }

  public void add(long code) {
    Bits.set(bits, (int) code);
  }

  public boolean contains(int code) {
    return Bits.get(bits, code);
  }

  /** Adds the codes 64 * {@code block} to 64 * {@code block} + 63 whose bits are set. */
  public void addBlock(int block, long blockBits) {
    bits[block] |= blockBits;
  }
}
