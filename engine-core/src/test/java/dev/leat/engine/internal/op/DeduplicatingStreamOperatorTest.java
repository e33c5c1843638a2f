package dev.leat.engine.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed on does not depend on seeds, nor on being restored in between. */
class DeduplicatingStreamOperatorTest {
  private static final Schema SCHEMA =
      Schema.builder().nullable("id", Type.STRING).required("n", Type.LONG).build();
  private static final Deduplication BY_ID =
      new Deduplication(List.of("id"), Duration.ofMillis(50));

  private static DeduplicatingStreamOperator operator(Dictionary dictionary) {
    Node.Input input =
        new Node.Input("s", Node.InputKind.STREAM, SCHEMA, List.of()).deduplicated(BY_ID);
    return new DeduplicatingStreamOperator(input, BY_ID, new boolean[] {false, true}, dictionary);
  }

  private static List<Long> numbers(Batch batch) {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < batch.count(); i++) {
      numbers.add(batch.column(1).word(batch.row(i)));
    }
    return numbers;
  }

  private static List<Long> step(
      DeduplicatingStreamOperator operator, long tick, List<StagedRows> rows) {
    operator.startEpoch(tick);
    operator.stage(rows);
    operator.step();
    return numbers(operator.output());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void goesOnFromWhatWasCaptured(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DeduplicatingStreamOperator one = operator(new Dictionary(new Hashing(seed)));
    DeduplicatingStreamOperator other = operator(new Dictionary(new Hashing(-seed)));
    long tick = 0;
    for (int epoch = 0; epoch < 500; epoch++) {
      tick += random.nextInt(20_000);
      List<StagedRows> sections = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        StagedRows rows = new StagedRows(SCHEMA, new Hashing(9));
        for (int row = random.nextInt(30); row > 0; row--) {
          if (random.nextInt(20) == 0) {
            rows.setNull(0);
          } else {
            rows.setString(0, "id" + random.nextInt(200));
          }
          rows.setWord(1, random.nextLong());
          rows.commit(StagedRows.PUT);
        }
        sections.add(rows);
      }
      assertThat(step(other, tick, sections)).isEqualTo(step(one, tick, sections));
      if (random.nextInt(10) == 0) {
        StateBytes state = StateBytes.of(other.capture());
        other = operator(new Dictionary(new Hashing(random.nextLong())));
        other.restore(state.reader());
      }
    }
    assertThat(one.duplicateRows()).isPositive().isEqualTo(other.duplicateRows());
  }

  @Test
  void keysThatNothingElseReadsDoNotComeIntoTheDictionary() {
    Dictionary dictionary = new Dictionary(new Hashing(1));
    StagedRows rows = new StagedRows(SCHEMA, new Hashing(9));
    for (int i = 0; i < 1_000; i++) {
      rows.setString(0, "event-" + i);
      rows.setWord(1, i);
      rows.commit(StagedRows.PUT);
    }
    assertThat(step(operator(dictionary), 0, List.of(rows))).hasSize(1_000);
    assertThat(dictionary.find("event-7")).isNegative();
  }
}
