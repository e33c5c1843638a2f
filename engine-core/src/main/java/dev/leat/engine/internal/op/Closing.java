package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.time.Watermark;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An operator that gives results when a watermark has passed, and can say what it waits for. */
public interface Closing extends Operator {
  /**
   * What is waited for.
   *
   * @param what closes next, such as "the window that ends at"
   * @param end of what closes next
   * @param closesAt the watermark that closes it
   * @param groups how many groups it has
   */
  record Waiting(String what, long end, long closesAt, int groups) {}

  /**
   * What an operator is connected to.
   *
   * @param sources the watermarks of its streams, each asked for in each step
   */
  record Wiring(List<Supplier<Watermark>> sources, Dictionary dictionary, Failures failures) {
    public Wiring {
      sources = List.copyOf(sources);
    }
  }

  /** What is waited for; null if nothing is open. */
  @Nullable Waiting waiting();

  /** How far event time has come for it. */
  ClosingTime time();

  /** What it is in the pipeline. */
  String place();

  /** How many rows it has given; it tells whether it goes on. */
  long given();

  /**
   * The tick at which something closes though no row comes, because streams are idle by then; the
   * greatest value if nothing does.
   */
  default long tickToClose() {
    Waiting next = waiting();
    return next == null || time().watermark() >= next.closesAt()
        ? Long.MAX_VALUE
        : Watermark.tickReaching(time().sources(), next.closesAt());
  }
}
