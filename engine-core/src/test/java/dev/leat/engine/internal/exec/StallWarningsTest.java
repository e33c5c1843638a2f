package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.op.Closing;
import dev.leat.engine.internal.op.ClosingTime;
import dev.leat.engine.internal.time.Watermark;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.EventTimeBounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When it is said in the log what a view waits for. */
class StallWarningsTest {
  private static final long MINUTE = TimeUnit.MINUTES.toMicros(1);

  /** Windows of which a test says whether they are open, and how many have closed. */
  private static final class Windows implements Closing {
    private final Watermark watermark =
        new Watermark(
            "clicks", new EventTime("at", EventTimeBounds.outOfOrderBy(Duration.ofMinutes(1))));
    private boolean isOpen;
    private int closed;

    @Override
    public @Nullable Waiting waiting() {
      return isOpen ? new Waiting("the window that ends at", MINUTE, MINUTE, 1) : null;
    }

    @Override
    public ClosingTime time() {
      return new ClosingTime(List.of(() -> watermark), 0);
    }

    @Override
    public String place() {
      return "closing aggregate";
    }

    @Override
    public long given() {
      return closed;
    }

    @Override
    public void step() {
      throw new IllegalStateException("nobody steps it");
    }

    @Override
    public Batch output() {
      throw new IllegalStateException("nobody reads it");
    }

    @Override
    public StateImage capture() {
      return StateImage.EMPTY;
    }

    @Override
    public void restore(StateReader in) {
      throw new IllegalStateException("it has no state");
    }
  }

  private final Windows windows = new Windows();
  private final List<String> told = new ArrayList<>();
  private final StallWarnings warnings =
      new StallWarnings(
          List.of("live", "closed"),
          view -> view.equals("closed") ? List.of(windows) : List.of(),
          10 * MINUTE,
          told::add);

  @Test
  void itIsSaidOnceForEachTimeThatAViewIsSilentForLong() {
    warnings.check(0);
    windows.isOpen = true;
    warnings.check(MINUTE);
    assertThat(warnings.nanosToNext(MINUTE)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    warnings.check(10 * MINUTE - 1);
    assertThat(warnings.nanosToNext(10 * MINUTE - 1)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(told).isEmpty();
    warnings.check(10 * MINUTE);
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("no result for 600 s: view 'closed' waits in the closing aggregate")
        .contains("stream 'clicks' had no row yet");
    for (int minute = 11; minute < 100; minute++) {
      warnings.check(minute * MINUTE);
    }
    assertThat(told).hasSize(1);
    assertThat(warnings.nanosToNext(100 * MINUTE)).isEqualTo(Long.MAX_VALUE);
    // There is a result; then there is none for long again.
    windows.closed = 1;
    warnings.check(100 * MINUTE);
    warnings.check(110 * MINUTE - 1);
    assertThat(told).hasSize(1);
    warnings.check(110 * MINUTE);
    assertThat(told).hasSize(2);
  }

  @Test
  void whereNothingIsOpenNothingIsMissing() {
    for (int minute = 0; minute < 100; minute++) {
      warnings.check(minute * MINUTE);
      assertThat(warnings.nanosToNext(minute * MINUTE)).isEqualTo(Long.MAX_VALUE);
    }
    windows.isOpen = true;
    warnings.check(100 * MINUTE);
    assertThat(told).isEmpty();
  }

  @Test
  void aClockThatIsSetBackBeginsTheTimeAnew() {
    windows.isOpen = true;
    warnings.check(50 * MINUTE);
    warnings.check(20 * MINUTE);
    warnings.check(29 * MINUTE);
    assertThat(told).isEmpty();
    warnings.check(30 * MINUTE);
    assertThat(told).hasSize(1);
  }

  @Test
  void withoutADeclaredTimeNothingIsSaid() {
    StallWarnings never =
        new StallWarnings(List.of("closed"), view -> List.of(windows), 0, told::add);
    windows.isOpen = true;
    never.check(0);
    never.check(Long.MAX_VALUE);
    assertThat(told).isEmpty();
    assertThat(never.nanosToNext(0)).isEqualTo(Long.MAX_VALUE);
  }
}
