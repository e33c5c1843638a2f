package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key is known for exactly the horizon from when it came in first, and then forgotten. */
class RecentKeysLawsTest {
  private static final long HORIZON = 1_000_000;

  private final Map<Long, Long> model = new HashMap<>();
  private long now;

  private static RecentKeys empty(long horizon) {
    return new RecentKeys(horizon, 11, 13);
  }

  private static boolean add(RecentKeys keys, long key) {
    return keys.add(ByteBuffer.allocate(8).putLong(key).array(), 0, 8);
  }

  private boolean addToModel(long key, long horizon) {
    Long added = model.get(key);
    boolean isNew = added == null || now - added > horizon;
    if (isNew) {
      model.put(key, now);
    }
    return isNew;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void areKnownForTheHorizon(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    // From keys that come again and again to keys that never do.
    int space = 1 << random.nextInt(4, 20);
    RecentKeys keys = empty(HORIZON);
    for (int epoch = 0; epoch < 2_000; epoch++) {
      // A clock that goes back does not count.
      long told = random.nextInt(10) == 0 ? now - random.nextInt(1000) : now + step(random);
      keys.advance(told);
      now = Math.max(now, told);
      int rows = random.nextInt(20) == 0 ? random.nextInt(2000) : random.nextInt(20);
      for (int i = 0; i < rows; i++) {
        long key = random.nextInt(space);
        assertThat(add(keys, key)).isEqualTo(addToModel(key, HORIZON));
      }
      if (random.nextInt(100) == 0) {
        RecentKeys restored = new RecentKeys(HORIZON, 17, 19);
        restored.restore(StateBytes.of(keys.capture()).reader());
        keys = restored;
      }
    }
  }

  private static long step(SplittableRandom random) {
    return switch (random.nextInt(20)) {
      case 0 -> HORIZON;
      case 1 -> HORIZON + 1;
      case 2 -> 3 * HORIZON;
      default -> random.nextLong(HORIZON / 10);
    };
  }

  @Test
  void distancesBeyondAPagesReachAreRight() {
    long horizon = 1L << 36;
    RecentKeys keys = empty(horizon);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(50) == 0 ? random.nextLong(1L << 33) : random.nextInt(1000);
      keys.advance(now);
      long key = random.nextInt(3000);
      assertThat(add(keys, key)).isEqualTo(addToModel(key, horizon));
    }
  }

  @Test
  void whatIsTooOldIsTakenOutLittleByLittle() {
    RecentKeys keys = empty(HORIZON);
    keys.advance(0);
    int many = 100_000;
    for (int i = 0; i < many; i++) {
      add(keys, i);
    }
    keys.advance(1);
    assertThat(keys.size()).isEqualTo(many);
    keys.advance(HORIZON + 1);
    long after = keys.size();
    assertThat(after).isBetween(many - 5_000L, many - 1L);
    for (int i = 0; i < 100; i++) {
      keys.advance(HORIZON + 1);
    }
    assertThat(keys.size()).isZero();
    assertThat(add(keys, 5)).isTrue();
    assertThat(add(keys, 5)).isFalse();
    assertThat(keys.size()).isEqualTo(1);
  }

  @Test
  void stateStaysBoundedWhereKeysComeAndGo() {
    RecentKeys keys = empty(HORIZON);
    for (int epoch = 0; epoch < 2_000; epoch++) {
      now += HORIZON / 10;
      keys.advance(now);
      for (int i = 0; i < 500; i++) {
        assertThat(add(keys, epoch * 500L + i)).isTrue();
      }
      assertThat(keys.size()).isLessThan(12 * 500);
    }
  }

  @Test
  void anImageStaysAsItWasWhateverComesLater() {
    RecentKeys keys = empty(HORIZON);
    keys.advance(0);
    for (int i = 0; i < 5_000; i++) {
      add(keys, i);
    }
    StateImage image = keys.capture();
    keys.advance(10);
    for (int i = 5_000; i < 20_000; i++) {
      add(keys, i);
    }
    keys.advance(HORIZON + 5);

    RecentKeys restored = new RecentKeys(HORIZON, 0, 0);
    restored.restore(StateBytes.of(image).reader());

    assertThat(restored.size()).isEqualTo(5_000);
    restored.advance(20);
    assertThat(add(restored, 4_999)).isFalse();
    assertThat(add(restored, 5_000)).isTrue();
  }

  @Test
  void manyKeysOfOneEpochAreAllKnown() {
    RecentKeys keys = empty(HORIZON);
    keys.advance(0);
    int many = 1_000_000;
    for (int i = 0; i < many; i++) {
      add(keys, i);
    }
    int known = 0;
    for (int i = 0; i < many; i++) {
      known += add(keys, i) ? 0 : 1;
    }
    assertThat(known).isEqualTo(many);
    assertThat(keys.size()).isEqualTo(many);
  }
}
