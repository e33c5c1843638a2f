package dev.leat.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a plan says of a stream without repetitions. */
class DeduplicationPlanTest {
  private static final Schema SCHEMA =
      Schema.builder().required("id", Type.STRING).required("n", Type.LONG).build();
  private static final Node.Input STREAM =
      new Node.Input("s", Node.InputKind.STREAM, SCHEMA, List.of());

  private static Node.Input by(Duration horizon, String... key) {
    return STREAM.deduplicated(new Deduplication(List.of(key), horizon));
  }

  @Test
  void itsTextIsThatOfStatesWrittenBefore() {
    Deduplication byId = new Deduplication(List.of("id", "n"), Duration.ofHours(24));
    assertThat(Deduplication.write(byId, new Canonical("input")))
        .hasToString("1 input deduplicated [ \"id\" \"n\" ] 86400000000");
    assertThat(Deduplication.write(null, new Canonical("input"))).hasToString("1 input");
  }

  @Test
  void streamsWithOtherRepetitionsAreOtherStreams() {
    Node.Input day = by(Duration.ofHours(24), "id");
    assertThat(day).isEqualTo(by(Duration.ofDays(1), "id"));
    List<Node.Input> others =
        List.of(STREAM, by(Duration.ofHours(23), "id"), by(Duration.ofHours(24), "n"));
    for (Node.Input other : others) {
      assertThat(day).isNotEqualTo(other);
      assertThat(day.fingerprint()).isNotEqualTo(other.fingerprint());
      // So nothing that was computed over one is taken for what is computed over the other.
      assertThat(Distinct.of(day).fingerprint()).isNotEqualTo(Distinct.of(other).fingerprint());
    }
  }

  @Test
  void theHorizonIsSaidInItsLargestUnit() {
    assertThat(text(Duration.ofDays(7))).isEqualTo("168 h");
    assertThat(text(Duration.ofMinutes(90))).isEqualTo("90 min");
    assertThat(text(Duration.ofSeconds(61))).isEqualTo("61 s");
    assertThat(text(Duration.ofMillis(1500))).isEqualTo("1500 ms");
    assertThat(text(Duration.ofNanos(1_001_000))).isEqualTo("1001 us");
  }

  private static String text(Duration horizon) {
    return new Deduplication(List.of("id"), horizon).horizonText();
  }

  @Test
  void horizonsThatMakeNoSenseAreRefused() {
    for (Duration horizon :
        List.of(
            Duration.ofNanos(-1),
            Duration.ofNanos(999_999),
            Duration.ofNanos(1_000_001),
            Duration.ofDays(3654))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Deduplication(List.of("id"), horizon))
          .withMessageContaining("horizon=" + horizon);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Deduplication(List.of(), Duration.ofDays(1)))
        .withMessageContaining("at least one column");
  }
}
