package dev.leat.engine.internal.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueHeapTest {
  private static final Hashing HASHING = new Hashing(5);
  private final ValueHeap heap = new ValueHeap(HASHING);

  private static byte[] bytes(String value) {
    return value.getBytes(UTF_8);
  }

  private int add(String value) {
    return heap.add(bytes(value), 0, bytes(value).length);
  }

  private int addUnshared(String value) {
    return heap.addUnshared(bytes(value), 0, bytes(value).length);
  }

  private String value(int code) {
    return new String(heap.bytes(), heap.start(code), heap.end(code) - heap.start(code), UTF_8);
  }

  /**
   * Whatever comes in between and is taken back: a shared value has one code, and its own bytes.
   */
  @Test
  void sharedValuesAreFoundBetweenUnsharedOnes() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      heap.clear();
      List<String> all = new ArrayList<>();
      Map<String, Integer> shared = new HashMap<>();
      for (int i = random.nextInt(600); i > 0; i--) {
        String value = "v" + random.nextInt(100);
        int choice = random.nextInt(8);
        if (choice == 0) {
          int to = random.nextInt(all.size() + 1);
          heap.truncate(to);
          all.subList(to, all.size()).clear();
          shared.values().removeIf(code -> code >= to);
        } else if (choice < 4) {
          assertThat(addUnshared(value)).isEqualTo(all.size());
          all.add(value);
        } else {
          int known = shared.getOrDefault(value, all.size());
          assertThat(add(value)).isEqualTo(known);
          if (known == all.size()) {
            all.add(value);
            shared.put(value, known);
          }
        }
      }
      assertThat(heap.size()).isEqualTo(all.size());
      for (int code = 0; code < all.size(); code++) {
        assertThat(value(code)).isEqualTo(all.get(code));
        byte[] bytes = bytes(all.get(code));
        assertThat(heap.hash(code)).isEqualTo(HASHING.hash(bytes, 0, bytes.length));
      }
    }
  }

  @Test
  void loadedValuesKeepTheirCodesAndOthersComeBehindThem() {
    add("forgotten");
    byte[] source = bytes("..onetwoone..");
    heap.load(source, 2, new int[] {3, 3, 3}, 3);
    assertThat(List.of(value(0), value(1), value(2))).containsExactly("one", "two", "one");
    assertThat(heap.hash(0)).isEqualTo(heap.hash(2)).isNotEqualTo(heap.hash(1));
    int three = add("three");
    assertThat(three).isEqualTo(3);
    assertThat(add("three")).isEqualTo(three);
    heap.truncate(3);
    heap.clear();
    assertThat(add("one")).isZero();
  }

  /** Long values are hashed in lanes: each byte of one counts, and so does its length. */
  @Test
  void everyByteOfALongValueChangesItsHash() {
    byte[] value = new byte[203];
    new Random(3).nextBytes(value);
    long hash = HASHING.hash(value, 0, value.length);
    for (int i = 0; i < value.length; i++) {
      value[i] ^= 1;
      assertThat(HASHING.hash(value, 0, value.length)).as("byte %s", i).isNotEqualTo(hash);
      value[i] ^= 1;
    }
    assertThat(HASHING.hash(value, 0, value.length)).isEqualTo(hash);
    assertThat(HASHING.hash(value, 0, value.length - 1)).isNotEqualTo(hash);
    assertThat(HASHING.hash(new byte[96], 0, 64)).isNotEqualTo(HASHING.hash(new byte[96], 0, 96));
  }

  /** In a column that only the log reads. */
  @Test
  void valuesThatAreSeldomAlikeAreNoLongerLookedFor() {
    Schema schema = Schema.builder().required("a", Type.STRING).required("b", Type.STRING).build();
    boolean[] all = {true, true};
    StagedRows rows = new StagedRows(schema, HASHING, all, new boolean[] {false, false});
    for (int round = 0; round < 3; round++) {
      rows.clear();
      for (int i = 0; i < 1000; i++) {
        rows.setString(0, "id" + i % 500);
        rows.setString(1, "kind" + i % 20);
        rows.commit(StagedRows.PUT);
      }
      // 256 ids were looked for, and none was found.
      assertThat(rows.heap().size()).isEqualTo(1000 + 20);
      for (int i = 0; i < 1000; i++) {
        assertThat(rows.value(0, i)).isEqualTo("id" + i % 500);
        assertThat(rows.value(1, i)).isEqualTo("kind" + i % 20);
      }
    }
  }

  @Test
  void stringsOfEveryLengthAndKindComeBack() {
    Schema schema = Schema.builder().required("a", Type.STRING).build();
    StagedRows rows = new StagedRows(schema, HASHING);
    List<String> values = new ArrayList<>();
    for (String unit : List.of("x", "\u00e9", "\u20ac", "\ud83d\ude00")) {
      for (int count : new int[] {0, 1, 15, 16, 31, 32, 33, 200}) {
        values.add(unit.repeat(count));
        values.add("a".repeat(count) + unit);
      }
    }
    values.forEach(
        value -> {
          rows.setString(0, value);
          rows.commit(StagedRows.PUT);
        });
    for (int row = 0; row < values.size(); row++) {
      assertThat(rows.value(0, row)).isEqualTo(values.get(row));
    }
  }
}
