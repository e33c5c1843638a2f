package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets by slot do what maps and sets of java.util do. */
class CountedSetLawsTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aCountedSetIsAMap(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CountedSet set = new CountedSet(new Hashing(seed));
    Map<List<Long>, Long> model = new HashMap<>();
    for (int step = 0; step < 50_000; step++) {
      int slot = random.nextInt(10);
      long value = random.nextLong(1L + step / 100);
      List<Long> key = List.of((long) slot, value);
      Long count = model.get(key);
      if (count != null && random.nextInt(3) == 0) {
        set.remove(slot, value);
        model.remove(key);
        count = null;
      } else if (random.nextBoolean()) {
        long weight = random.nextLong(-3, 4);
        count = model.merge(key, weight, Long::sum);
        assertThat(set.add(slot, value, weight)).isEqualTo(count);
      }
      if (step % 5000 == 0) {
        set = restored(set, seed + step);
      }
      assertThat(set.contains(slot, value)).isEqualTo(count != null);
      assertThat(set.count(slot, value)).isEqualTo(count == null ? 0 : count);
    }
    CountedSet last = set;
    model.forEach(
        (key, count) -> assertThat(last.count(key.get(0).intValue(), key.get(1))).isEqualTo(count));
    CodeSet live = new CodeSet(1000);
    set.mark(live);
    for (int code = 0; code < 1000; code++) {
      long wanted = code;
      boolean isHeld = model.keySet().stream().anyMatch(key -> key.get(1) == wanted);
      assertThat(live.contains(code)).isEqualTo(isHeld);
    }
  }

  /** The set that was captured, read into a new one, after the old one went on. */
  private static CountedSet restored(CountedSet set, long seed) {
    StateImage image = set.capture();
    for (int i = 0; i < 100; i++) {
      set.add(i % 10, i % 7, 5);
      set.add(20, i, 5);
    }
    CountedSet made = new CountedSet(new Hashing(seed));
    made.restore(StateBytes.of(image).reader());
    return made;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void manyCodesAtOnceAreAddedLikeEachAlone(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CodeBitmaps together = new CodeBitmaps(new Hashing(seed));
    CodeBitmaps alone = new CodeBitmaps(new Hashing(seed + 1));
    for (int round = 0; round < 200; round++) {
      int count = random.nextInt(1000);
      int[] slots = new int[2 * count];
      long[] codes = new long[2 * count];
      int[] rows = new int[count];
      for (int i = 0; i < count; i++) {
        rows[i] = 2 * i + 1;
        slots[rows[i]] = random.nextInt(1 + round);
        codes[rows[i]] = random.nextInt(1 + 20 * round);
      }
      int[] isNew = new int[count];
      together.add(slots, codes, rows, count, isNew);
      for (int i = 0; i < count; i++) {
        assertThat(isNew[i]).isEqualTo(alone.add(slots[rows[i]], codes[rows[i]]));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void codeBitmapsAreASet(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CodeBitmaps bitmaps = new CodeBitmaps(new Hashing(seed));
    Set<List<Integer>> model = new HashSet<>();
    Set<Integer> codes = new HashSet<>();
    for (int step = 0; step < 50_000; step++) {
      int slot = random.nextInt(5) == 0 ? Integer.MAX_VALUE - 1 : random.nextInt(20);
      int code = random.nextInt(1 + random.nextInt(5000));
      int isNew = model.add(List.of(slot, code)) ? 1 : 0;
      codes.add(code);
      assertThat(bitmaps.add(slot, code)).isEqualTo(isNew);
      if (step % 5000 == 0) {
        StateImage image = bitmaps.capture();
        // These go into the blocks that are there, and into new ones.
        for (int i = 0; i < 200; i++) {
          bitmaps.add(i % 25, 7L * i);
        }
        bitmaps = new CodeBitmaps(new Hashing(seed + step));
        bitmaps.restore(StateBytes.of(image).reader());
      }
    }
    CodeSet live = new CodeSet(5000);
    bitmaps.mark(live);
    for (int code = 0; code < 5000; code++) {
      assertThat(live.contains(code)).isEqualTo(codes.contains(code));
    }
  }
}
