package dev.leat.engine.internal.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowErrorsTest {
  @Test
  void visitsInAscendingOrderAndKeepsTheFirstReason() {
    RowErrors errors = new RowErrors();
    errors.fail(200, "c");
    errors.fail(3, "a");
    errors.fail(64, "b");
    errors.fail(3, "again");
    List<String> seen = new ArrayList<>();
    errors.forEach((row, reason) -> seen.add(row + reason));
    assertThat(seen).containsExactly("3a", "64b", "200c");
    assertThat(errors.size()).isEqualTo(3);
    assertThat(errors.next(4)).isEqualTo(64);
    assertThat(errors.next(201)).isEqualTo(-1);
    assertThat(errors.next(100_000)).isEqualTo(-1);
  }

  @Test
  void clearForgetsEverything() {
    RowErrors errors = new RowErrors();
    errors.fail(70, "x");
    errors.clear();
    assertThat(errors.isEmpty()).isTrue();
    assertThat(errors.isFailed(70)).isFalse();
    assertThat(errors.next(0)).isEqualTo(-1);
    assertThatIllegalArgumentException().isThrownBy(() -> errors.reason(70));
    errors.fail(70, "y");
    assertThat(errors.reason(70)).isEqualTo("y");
  }

  @Test
  void excludesFailedRowsFromSelections() {
    RowErrors errors = new RowErrors();
    errors.fail(1, "x");
    errors.fail(500, "x");
    int[] out = new int[4];
    assertThat(errors.exclude(null, 4, out)).isEqualTo(3);
    assertThat(Arrays.copyOf(out, 3)).containsExactly(0, 2, 3);
    int[] selection = {1, 7, 500, 501};
    assertThat(errors.exclude(selection, 4, selection)).isEqualTo(2);
    assertThat(Arrays.copyOf(selection, 2)).containsExactly(7, 501);
  }
}
