package dev.leat.engine.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VersionsTest {
  @Test
  void theVersionOfATimeIsTheLatestThatIsNotAfterIt() {
    Versions versions = new Versions();
    assertThat(versions.at(5)).isEqualTo(-1);

    versions.add(10, 1);
    versions.add(30, 3);
    versions.add(20, 2);

    assertThat(versions.at(9)).isEqualTo(-1);
    assertThat(versions.at(10)).isEqualTo(1);
    assertThat(versions.at(29)).isEqualTo(2);
    assertThat(versions.at(Long.MAX_VALUE)).isEqualTo(3);
  }

  @Test
  void aCopyStaysAsItWas() {
    Versions versions = new Versions();
    versions.add(10, 1);
    Versions copy = versions.copy();

    versions.remove(10);
    versions.add(11, 2);

    assertThat(copy.at(11)).isEqualTo(1);
    assertThat(versions.at(10)).isEqualTo(-1);
    assertThat(versions.count()).isEqualTo(1);
  }

  @Test
  void anyVersionsAreFoundAsInATree() {
    SplittableRandom random = new SplittableRandom(1);
    Versions versions = new Versions();
    TreeMap<Long, Integer> tree = new TreeMap<>();
    for (int i = 0; i < 2000; i++) {
      long time = random.nextLong(-100, 100);
      if (tree.remove(time) != null) {
        versions.remove(time);
      } else {
        versions.add(time, i);
        tree.put(time, i);
      }
      long asked = random.nextLong(-110, 110);
      Map.Entry<Long, Integer> valid = tree.floorEntry(asked);
      assertThat(versions.at(asked)).isEqualTo(valid == null ? -1 : (int) valid.getValue());
      assertThat(versions.count()).isEqualTo(tree.size());
    }
  }
}
