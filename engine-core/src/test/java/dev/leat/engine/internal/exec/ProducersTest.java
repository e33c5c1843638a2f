package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.checkpoint.StateBytes;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which appends are known, and when they are forgotten. */
class ProducersTest {
  private static final long HORIZON = 100;

  private Producers producers = new Producers(new ProducerLimits(3, HORIZON));
  private long position;

  private Epoch epoch(long tickMicros, Epoch.Sequence... sequences) {
    Epoch epoch = new Epoch(++position);
    for (Epoch.Sequence sequence : sequences) {
      assertThat(producers.find(sequence)).isNull();
      epoch.sequences().add(sequence);
      producers.expect(sequence, epoch);
    }
    epoch.close(tickMicros);
    return epoch;
  }

  private void accept(long tickMicros, Epoch.Sequence... sequences) {
    producers.accept(epoch(tickMicros, sequences));
  }

  private static Epoch.Sequence of(String producer, long number) {
    return new Epoch.Sequence(producer, number);
  }

  private boolean isKnown(String producer, long number) {
    return producers.find(of(producer, number)) != null;
  }

  private long positionOf(String producer, long number) {
    return Objects.requireNonNull(producers.find(of(producer, number))).position();
  }

  @Test
  void numbersUpToTheLastAreKnown() {
    accept(0, of("a", 5), of("b", 0));
    accept(1, of("a", 8));

    assertThat(isKnown("a", 0)).isTrue();
    assertThat(isKnown("a", 8)).isTrue();
    assertThat(isKnown("a", 9)).isFalse();
    assertThat(isKnown("b", 0)).isTrue();
    assertThat(isKnown("b", 1)).isFalse();
    assertThat(isKnown("c", 0)).isFalse();
    assertThat(positionOf("a", 5)).isEqualTo(2);
    assertThat(positionOf("b", 0)).isEqualTo(1);
  }

  @Test
  void itSaysWhatProducersTakeWhileTheyAreKnown() {
    assertThat(producers.stateBytes()).isZero();
    accept(0, of("a", 5), of("collector", 0));
    long bytes = producers.stateBytes();
    assertThat(bytes).isGreaterThan(2 * 100);
    accept(1, of("a", 8));
    assertThat(producers.stateBytes()).isEqualTo(bytes);
  }

  @Test
  void whatIsOnItsWayIsKnownUntilItFails() {
    Epoch first = epoch(0, of("a", 5));
    Epoch second = epoch(0, of("b", 5));
    Producers.Earlier earlier = Objects.requireNonNull(producers.find(of("a", 5)));
    assertThat(earlier.epoch()).isSameAs(first);

    producers.forget(first);

    assertThat(isKnown("a", 5)).isFalse();
    assertThat(isKnown("b", 5)).isTrue();
    producers.accept(second);
    assertThat(Objects.requireNonNull(producers.find(of("b", 5))).epoch()).isNull();
  }

  @Test
  void failureOfAnAppendLeavesTheOneBeforeIt() {
    accept(0, of("a", 5));
    producers.forget(epoch(1, of("a", 6)));

    assertThat(isKnown("a", 5)).isTrue();
    assertThat(isKnown("a", 6)).isFalse();
  }

  @Test
  void whoIsIdleForLongerThanTheHorizonIsForgotten() {
    accept(0, of("a", 1));
    accept(10, of("b", 1));
    accept(HORIZON);
    assertThat(isKnown("a", 1)).isTrue();

    accept(HORIZON + 1);

    assertThat(isKnown("a", 1)).isFalse();
    assertThat(isKnown("b", 1)).isTrue();
  }

  @Test
  void aSourceIsNotForgottenForBeingIdle() {
    accept(0, of("source:lake", 7), of("a", 1));
    accept(HORIZON + 1);
    assertThat(isKnown("source:lake", 7)).isTrue();
    assertThat(isKnown("a", 1)).isFalse();
    assertThat(producers.lastNumber("source:lake")).hasValue(7);

    StateBytes state = StateBytes.of(producers.capture());
    producers = new Producers(new ProducerLimits(3, HORIZON));
    producers.restore(state.reader());
    accept(10 * HORIZON);
    assertThat(producers.lastNumber("source:lake")).hasValue(7);

    // If there are too many, others go first.
    accept(10 * HORIZON, of("b", 1), of("c", 1), of("d", 1));
    assertThat(producers.size()).isEqualTo(3);
    assertThat(isKnown("source:lake", 7)).isTrue();
    accept(10 * HORIZON, of("source:2", 1), of("source:3", 1), of("source:4", 1));
    assertThat(producers.size()).isEqualTo(3);
    assertThat(producers.lastNumber("source:lake")).isEmpty();
    assertThat(producers.lastNumber("d")).isEmpty();
  }

  @Test
  void theLastNumberIsThatOfWhatIsOnItsWay() {
    assertThat(producers.lastNumber("a")).isEmpty();
    Epoch first = epoch(0, of("a", 5));
    assertThat(producers.lastNumber("a")).hasValue(5);
    producers.accept(first);
    Epoch second = epoch(0, of("a", 9));
    assertThat(producers.lastNumber("a")).hasValue(9);
    producers.forget(second);
    assertThat(producers.lastNumber("a")).hasValue(5);
  }

  @Test
  void aClockThatIsSetBackForgetsNobodyEarlier() {
    accept(1000, of("a", 1));
    accept(0, of("b", 1));
    accept(1000 + HORIZON);

    assertThat(isKnown("a", 1)).isTrue();
    assertThat(isKnown("b", 1)).isTrue();
    accept(1001 + HORIZON);
    assertThat(producers.size()).isZero();
  }

  @Test
  void ofTooManyTheOneThatWasIdleTheLongestIsForgotten() {
    accept(0, of("a", 1), of("b", 1), of("c", 1));
    accept(1, of("a", 2));
    accept(2, of("d", 1));

    assertThat(producers.size()).isEqualTo(3);
    assertThat(isKnown("b", 1)).isFalse();
    assertThat(isKnown("a", 2)).isTrue();
  }

  @Test
  void goesOnFromWhatWasCaptured() {
    accept(0, of("a", 1), of("b", 7));
    accept(50, of("a", 2));
    StateBytes state = StateBytes.of(producers.capture());
    accept(60, of("c", 1));

    producers = new Producers(new ProducerLimits(3, HORIZON));
    producers.restore(state.reader());

    assertThat(positionOf("a", 2)).isEqualTo(2);
    assertThat(positionOf("b", 7)).isEqualTo(1);
    assertThat(isKnown("c", 1)).isFalse();
    accept(HORIZON + 1);
    assertThat(isKnown("b", 7)).isFalse();
    assertThat(isKnown("a", 2)).isTrue();
  }
}
