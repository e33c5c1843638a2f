package dev.leat.engine.examples.clickstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** The events that come with the example: six sessions, then more of what two of them did. */
final class SampleEvents {
  /** The first events, of six sessions. */
  static final int FIRST = 25;

  /** With those that make session s1002 a buyer. */
  static final int WITH_PURCHASE = 27;

  /** With one that comes late: s1003 put something into the cart before it was last seen. */
  static final int ALL = 28;

  private static final List<ClickEvent> MORE =
      List.of(
          new ClickEvent(
              "ev026",
              "u2",
              "s1002",
              "page_view",
              "/checkout",
              "/products/pro-plan",
              "mobile",
              "UK",
              Instant.parse("2026-04-01T09:05:00Z")),
          new ClickEvent(
              "ev027",
              "u2",
              "s1002",
              "purchase",
              "/checkout/confirm",
              "/checkout",
              "mobile",
              "UK",
              Instant.parse("2026-04-01T09:06:30Z")),
          new ClickEvent(
              "ev028",
              "u3",
              "s1003",
              "add_to_cart",
              "/pricing",
              "/home",
              "desktop",
              "DE",
              Instant.parse("2026-04-01T09:03:30Z")));

  private SampleEvents() {}

  /**
   * Some of the first events as NDJSON, as a producer sends them.
   *
   * @param from how many events there are before
   * @param to how many there are then; at most {@link #FIRST}
   */
  static String ndjson(int from, int to) {
    return String.join("\n", text().lines().toList().subList(from, to)) + "\n";
  }

  private static String text() {
    String name = "events-" + FIRST + ".ndjson";
    try (InputStream file =
        Objects.requireNonNull(SampleEvents.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Events that come after the first, as records.
   *
   * @param from how many events there are before; at least {@link #FIRST}
   * @param to how many there are then
   */
  static List<ClickEvent> more(int from, int to) {
    return MORE.subList(from - FIRST, to - FIRST);
  }
}
