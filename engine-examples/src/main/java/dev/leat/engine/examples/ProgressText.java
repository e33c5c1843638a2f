package dev.leat.engine.examples;

import dev.leat.engine.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Tells how far a file is read: in a bar that is drawn again and again on a terminal, in a line for
 * each tenth elsewhere.
 */
public final class ProgressText implements Consumer<Progress> {
  private static final int BAR = 40;
  private static final long MIB = 1L << 20;
  private static final long UNKNOWN_SIZE_STEP = 64 * MIB;

  private final PrintStream out;
  private final boolean isTerminal;
  private final long size;
  private final long step;
  private long next;

  /**
   * Nothing is told yet.
   *
   * @param size of the file in bytes; 0 if it is not known
   */
  public ProgressText(PrintStream out, boolean isTerminal, long size) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.size = size;
    this.step = size == 0 ? UNKNOWN_SIZE_STEP : Math.max(MIB, size / (isTerminal ? 200 : 10));
    this.next = step;
  }

  @Override
  public void accept(Progress progress) {
    if (progress.bytes() < next) {
      return;
    }
    next = progress.bytes() - progress.bytes() % step + step;
    String text =
        String.format(
            Locale.ROOT,
            "%,d MiB%s, %,d rows, %,d rejected",
            progress.bytes() / MIB,
            size == 0 ? "" : String.format(Locale.ROOT, " of %,d MiB", size / MIB),
            progress.accepted(),
            progress.rejected());
    if (!isTerminal) {
      out.println("  " + text);
    } else {
      int done = size == 0 ? 0 : (int) Math.min(BAR, BAR * progress.bytes() / size);
      out.print("\r[" + "#".repeat(done) + ".".repeat(BAR - done) + "] " + text + " ");
      out.flush();
    }
  }

  /** Ends the bar's line. */
  public void done() {
    if (isTerminal && next > step) {
      out.println();
    }
  }
}
