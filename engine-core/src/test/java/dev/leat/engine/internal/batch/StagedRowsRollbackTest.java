package dev.leat.engine.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StagedRowsRollbackTest {
  private static final Schema SCHEMA =
      Schema.builder().required("a", Type.STRING).nullable("b", Type.STRING).build();

  @Test
  void rowsTakenBackLeaveNoValuesAndDoNotHideOthers() {
    Random random = new Random(2);
    StagedRows rows = new StagedRows(SCHEMA, new Hashing(3));
    for (int round = 0; round < 20; round++) {
      rows.clear();
      List<String> expected = new ArrayList<>();
      Set<String> values = new HashSet<>();
      for (int i = 0; i < 2000; i++) {
        String a = "a" + random.nextInt(800);
        String b = random.nextInt(3) == 0 ? null : "b" + random.nextInt(800);
        rows.setString(0, a);
        rows.setObject(1, b);
        if (random.nextInt(3) == 0) {
          rows.rollback(rows.size());
        } else {
          rows.commit(StagedRows.PUT);
          expected.add(a + b);
          values.add(a);
          if (b != null) {
            values.add(b);
          }
        }
      }
      for (int row = 0; row < rows.size(); row++) {
        assertThat("" + rows.value(0, row) + rows.value(1, row)).isEqualTo(expected.get(row));
      }
      assertThat(rows.size()).isEqualTo(expected.size());
      assertThat(rows.heap().size()).isEqualTo(values.size());
    }
  }
}
