package dev.leat.engine.examples.enrichment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The rows that come with the example, in the order in which they are sent. */
final class SampleRows {
  /**
   * Rows that are sent together to one input.
   *
   * @param input that takes them
   * @param ndjson a JSON object a line
   */
  record Sent(String input, String ndjson) {
    long rows() {
      return ndjson.lines().count();
    }
  }

  /**
   * What is sent before the views are looked at again.
   *
   * @param title for people
   * @param sent in this order
   */
  record Step(String title, List<Sent> sent) {
    long rows() {
      return sent.stream().mapToLong(Sent::rows).sum();
    }
  }

  static final List<Step> STEPS =
      List.of(
          new Step(
              "three events; nothing is known yet of whom they are",
              List.of(file(EnrichmentPipeline.EVENTS))),
          new Step(
              "their session, user and device",
              List.of(
                  file(EnrichmentPipeline.SESSIONS),
                  file(EnrichmentPipeline.USERS),
                  file(EnrichmentPipeline.DEVICES))),
          new Step(
              "the catalog of pages and the campaign",
              List.of(file(EnrichmentPipeline.PAGES), file(EnrichmentPipeline.CAMPAIGNS))),
          new Step(
              "the user and the three events, sent again",
              List.of(file(EnrichmentPipeline.USERS), file(EnrichmentPipeline.EVENTS))),
          new Step(
              "the user once more, with country FR instead of DE",
              List.of(new Sent(EnrichmentPipeline.USERS, text("users-moved")))));

  private SampleRows() {}

  private static Sent file(String input) {
    return new Sent(input, text(input));
  }

  private static String text(String name) {
    String file = name + ".ndjson";
    try (InputStream bytes =
        Objects.requireNonNull(SampleRows.class.getResourceAsStream(file), file)) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that is sent, in order. */
  static List<Sent> all() {
    return STEPS.stream().flatMap(step -> step.sent().stream()).toList();
  }

  /** How many rows are sent in all. */
  static long rows() {
    return STEPS.stream().mapToLong(Step::rows).sum();
  }
}
