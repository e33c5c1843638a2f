package dev.leat.engine.iceberg.internal.care;

/**
 * How large the next file should be of those that others are put together in: if what is left makes
 * whole files of about the target size, they are made equally large, so that no small one is left
 * over; if not, the next one has the target size, and the last one what remains.
 *
 * <p>How much is left is known in bytes of files that are to be copied. Together they take less, as
 * small files have dictionaries and footers of their own; how much less shows what was copied.
 */
final class FileSizes {
  private static final double LEAST = 0.85;
  private static final double LARGEST = 1.15;

  private final long target;
  private long left;
  private long copied;
  private long completed;
  private double ratio = 1;

  /** For files with so many bytes. */
  FileSizes(long target, long bytes) {
    this.target = target;
    this.left = bytes;
  }

  /**
   * A file was copied.
   *
   * @param bytes that it has
   * @param open that are in the file that is written now
   */
  void copied(long bytes, long open) {
    left -= bytes;
    copied += bytes;
    ratio = (double) (completed + open) / copied;
  }

  /** A file was written. */
  void completed(long bytes) {
    completed += bytes;
  }

  /**
   * How large the file that is written should become.
   *
   * @param open how many bytes it has
   */
  long next(long open) {
    double rest = open + left * ratio;
    long fewer = (long) (rest / target);
    double share =
        fewer > 0 && rest / fewer <= LARGEST * target ? rest / fewer : rest / (fewer + 1);
    return share >= LEAST * target && share <= LARGEST * target ? (long) share : target;
  }
}
