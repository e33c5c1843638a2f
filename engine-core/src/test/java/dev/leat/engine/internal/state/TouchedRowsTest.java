package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Each step touches the rows that it asks for, and no others. */
class TouchedRowsTest {
  @Test
  void stepsGoOnWhenTheirNumbersBeginAnew() {
    GroupRows rows = new GroupRows(2);
    int first = rows.add();
    int second = rows.add();
    int third = rows.add();
    TouchedRows touched = new TouchedRows(rows, 1, new long[] {0, 1}, Integer.MAX_VALUE - 1);
    touched.start();
    touched.touch(first);
    for (int slot : new int[] {second, third, first, second}) {
      touched.start();
      assertThat(touched.touch(slot)).isZero();
      assertThat(touched.touch(slot)).isZero();
      assertThat(touched.count()).isEqualTo(1);
      assertThat(touched.slots()[0]).isEqualTo(slot);
    }
  }
}
