package dev.leat.engine.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A heap is a list of distinct values, of which the last can be taken back. */
class ValueHeapLawsTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void isAListOfDistinctValues(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ValueHeap heap = new ValueHeap(new Hashing(seed));
    List<String> model = new ArrayList<>();
    int distinct = 1 + random.nextInt(500);
    for (int step = 0; step < 20_000; step++) {
      int choice = random.nextInt(1000);
      if (choice == 0) {
        heap.clear();
        model.clear();
      } else if (choice < 50) {
        int size = model.isEmpty() ? 0 : random.nextInt(model.size() + 1);
        heap.truncate(size);
        model.subList(size, model.size()).clear();
      } else if (choice < 52) {
        reload(heap, model);
      } else {
        String value = "v".repeat(random.nextInt(4)) + random.nextInt(distinct);
        byte[] bytes = (" " + value + " ").getBytes(StandardCharsets.UTF_8);
        int code = heap.add(bytes, 1, bytes.length - 1);
        int known = model.indexOf(value);
        assertThat(code).isEqualTo(known < 0 ? model.size() : known);
        if (known < 0) {
          model.add(value);
        }
      }
      assertThat(heap.size()).isEqualTo(model.size());
    }
    check(heap, model);
  }

  /** As the log does it: the values are read again, and not known by content. */
  private static void reload(ValueHeap heap, List<String> model) {
    byte[] bytes = Arrays.copyOf(heap.bytes(), heap.byteCount());
    int[] lengths = model.stream().mapToInt(String::length).toArray();
    heap.load(bytes, 0, lengths, lengths.length);
    check(heap, model);
  }

  private static void check(ValueHeap heap, List<String> model) {
    for (int code = 0; code < model.size(); code++) {
      int from = heap.start(code);
      int length = heap.end(code) - from;
      String value = new String(heap.bytes(), from, length, StandardCharsets.UTF_8);
      assertThat(value).isEqualTo(model.get(code));
    }
    assertThat(heap.byteCount()).isEqualTo(model.stream().mapToInt(String::length).sum());
  }
}
