package dev.leat.engine.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dictionary is a map from values to codes and back, whatever is freed between. */
class DictionaryLawsTest {
  /** A value that equals another of the same kind and content: "s..." or "b...". */
  private static String value(SplittableRandom random, int distinct) {
    String text = random.nextBoolean() ? "\u00e9\ud83d\ude00" : "";
    return (random.nextBoolean() ? "s" : "b") + text + random.nextInt(distinct);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int intern(Dictionary dictionary, String value, SplittableRandom random) {
    String text = value.substring(1);
    byte[] bytes = utf8(text);
    if (value.startsWith("b")) {
      return dictionary.intern(bytes);
    }
    return random.nextBoolean()
        ? dictionary.intern(text)
        : dictionary.internUtf8(
            bytes, 0, bytes.length, dictionary.hashing().hash(bytes, 0, bytes.length));
  }

  private static Object decoded(String value) {
    return value.startsWith("b") ? utf8(value.substring(1)) : value.substring(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void isAMapBetweenValuesAndCodes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Dictionary dictionary = new Dictionary(new Hashing(seed));
    Map<String, Integer> model = new HashMap<>();
    Set<String> pinned = new HashSet<>();
    for (int round = 0; round < 15; round++) {
      int distinct = 1 + random.nextInt(1 + random.nextInt(10_000));
      for (int i = random.nextInt(3000); i > 0; i--) {
        String value = value(random, distinct);
        int code = intern(dictionary, value, random);
        assertThat(model.getOrDefault(value, code)).isEqualTo(code);
        model.put(value, code);
        if (random.nextInt(500) == 0) {
          dictionary.pin(code);
          pinned.add(value);
        }
      }
      check(dictionary, model);
      if (round % 3 == 2) {
        Dictionary restored = restored(dictionary, seed + round);
        check(restored, model);
        pinned.forEach(value -> restored.pin(intern(restored, value, random)));
        dictionary = restored;
      }
      Dictionary.Values before = dictionary.values();
      Map<String, Integer> all = Map.copyOf(model);
      sweep(dictionary, model, pinned, random);
      all.forEach((value, code) -> assertThat(before.value(code)).isEqualTo(decoded(value)));
      check(dictionary, model);
    }
  }

  /** A dictionary that was captured, read into a new one after the old one lost and got values. */
  private static Dictionary restored(Dictionary dictionary, long seed) {
    int[] next = new int[100];
    StateImage image = dictionary.capture();
    for (int i = 0; i < next.length; i++) {
      next[i] = dictionary.intern("new " + i);
    }
    dictionary.retain(new CodeSet(dictionary.bound()));
    for (int i = 0; i < 1000; i++) {
      dictionary.intern("other " + i);
    }
    StateBytes bytes = StateBytes.of(image);
    Dictionary same = new Dictionary(new Hashing(seed));
    same.restore(bytes.reader());
    for (int i = 0; i < next.length; i++) {
      assertThat(same.intern("new " + i)).as("the code that comes next").isEqualTo(next[i]);
    }
    Dictionary restored = new Dictionary(new Hashing(seed));
    restored.restore(bytes.reader());
    return restored;
  }

  private static void sweep(
      Dictionary dictionary,
      Map<String, Integer> model,
      Set<String> pinned,
      SplittableRandom random) {
    CodeSet live = new CodeSet(dictionary.bound());
    List<String> dead = new ArrayList<>();
    int percent = random.nextInt(101);
    model.forEach(
        (value, code) -> {
          if (random.nextInt(100) < percent) {
            live.add(code);
          } else if (!pinned.contains(value)) {
            dead.add(value);
          }
        });
    int generation = dictionary.generation();
    Object era = dictionary.values().era();
    assertThat(dictionary.retain(live)).isEqualTo(dead.size());
    assertThat(dictionary.generation()).isEqualTo(generation + (dead.isEmpty() ? 0 : 1));
    assertThat(dictionary.values().era() == era).isEqualTo(dead.isEmpty());
    dead.forEach(
        value -> {
          model.remove(value);
          assertThat(dictionary.find(decoded(value))).isEqualTo(-1);
        });
  }

  private static void check(Dictionary dictionary, Map<String, Integer> model) {
    assertThat(dictionary.size()).isEqualTo(model.size());
    assertThat(new HashSet<>(model.values())).hasSize(model.size());
    model.forEach(
        (value, code) -> {
          assertThat(dictionary.find(decoded(value))).isEqualTo(code);
          assertThat(dictionary.values().value(code)).isEqualTo(decoded(value));
          assertThat(code).isLessThan(dictionary.bound());
        });
  }

  @Test
  void freedCodesAreGivenOutAgainTheLowestFirst() {
    Dictionary dictionary = new Dictionary(new Hashing(1));
    for (int i = 0; i < 10; i++) {
      dictionary.intern("a" + i);
    }
    CodeSet live = new CodeSet(dictionary.bound());
    live.add(4);
    dictionary.retain(live);
    assertThat(dictionary.intern("b0")).isEqualTo(0);
    assertThat(dictionary.intern("b1")).isEqualTo(1);
    assertThat(dictionary.intern("a4")).isEqualTo(4);
    assertThat(dictionary.bound()).isEqualTo(10);
  }
}
