package dev.leat.engine.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.ShownView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes to a terminal while the shop is watched. */
class LivePageTest {
  private static final int LINES = 40;

  /** The text of each time that the page was drawn. */
  private static List<String> frames(int hours, int speed) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VirtualClock clock = new VirtualClock(GeneratedTraffic.START);
    EngineSettings settings =
        EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);
    try (Engine engine = Engine.inMemory(ShopPipeline.define(), settings);
        LivePage page =
            new LivePage(engine, LINES, new PrintStream(bytes, true, StandardCharsets.UTF_8))) {
      new ShopRun(engine, clock, page).run(new GeneratedArrivals(hours, 0), speed);
    }
    return List.of(bytes.toString(StandardCharsets.UTF_8).split("\u001b\\[H"));
  }

  @Test
  void thePageIsDrawnOverAndOverAndFits() throws IOException {
    List<String> frames = frames(2, 0);
    // Ten virtual seconds each, behind what prepares the terminal.
    assertThat(frames).hasSize(1 + 2 * 360);
    assertThat(frames.get(0)).isEqualTo("\u001b[?7l\u001b[?25l\u001b[2J");
    assertThat(frames.subList(1, frames.size()))
        .allSatisfy(
            frame -> {
              assertThat(frame.lines().count()).isLessThanOrEqualTo(LINES);
              assertThat(frame).contains("\u001b[K\n", "\u001b[J");
            });
    assertThat(frames.get(1)).startsWith("2026-04-01T08:00:10Z");
    String last = frames.get(frames.size() - 1);
    assertThat(last)
        .startsWith("2026-04-01T10:00:00Z")
        .contains("cart left behind", "Carts left behind for 15 to 60 minutes, the longest first")
        .endsWith("\u001b[?7h\u001b[?25h");
    for (ShownView view : ShopView.ALL) {
      assertThat(last).contains(view.title());
    }
  }

  @Test
  void theClockGoesAsFastAsItIsTold() throws IOException {
    // A frame is a tenth of a second: 100 hours in an hour are 10 seconds a frame.
    long start = System.nanoTime();
    List<String> frames = frames(1, 7200);
    assertThat(frames).hasSize(1 + 5);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(400));
    assertThat(frames.get(1)).startsWith("2026-04-01T08:12:00Z");
  }

  @Test
  void viewsGetThePlaceThatThereIs() {
    assertThat(LivePage.fitting(ShopView.ALL, 1000)).isEqualTo(ShopView.ALL);
    List<ShownView> some = LivePage.fitting(ShopView.ALL, 36);
    assertThat(some.stream().mapToInt(view -> view.limit() + 2).sum()).isLessThanOrEqualTo(36);
    assertThat(some).allSatisfy(view -> assertThat(view.limit()).isPositive());
  }
}
