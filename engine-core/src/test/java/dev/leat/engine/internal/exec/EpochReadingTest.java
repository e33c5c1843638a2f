package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.ByteWriter;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.op.StreamOperator;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records are read by pipelines with other columns, and from any place in the log. */
class EpochReadingTest {
  private static final Hashing HASHING = new Hashing(1);
  private static final Schema OLD =
      Schema.builder()
          .required("secret", Type.STRING)
          .required("name", Type.STRING)
          .required("n", Type.INT)
          .build();
  private static final Schema NEW =
      Schema.builder()
          .required("n", Type.LONG)
          .required("name", Type.STRING)
          .nullable("country", Type.STRING)
          .build();

  private static Plan plan(Schema schema) {
    return new Plan(
        List.of(new Node.Input("s", Node.InputKind.STREAM, schema, List.of())), List.of());
  }

  private static EpochCodec codec(Schema schema) {
    Plan plan = plan(schema);
    return new EpochCodec(plan, new RowsPool(plan, HASHING, true));
  }

  private static byte[] record(EpochCodec codec, int position, String secret, String name) {
    StagedRows rows = new StagedRows(OLD, HASHING);
    for (int i = 0; i < 3; i++) {
      rows.setString(0, secret + i);
      rows.setString(1, name + i);
      rows.setWord(2, -i);
      rows.commit(StagedRows.PUT);
    }
    Epoch epoch = new Epoch(position);
    epoch.sections().add(new Epoch.Section(0, rows));
    epoch.rejects().add(new Epoch.Reject("stream 's'", "no reason", "no row"));
    epoch.sequences().add(new Epoch.Sequence("collector-7", 42));
    epoch.close(1234);
    ByteWriter out = codec.write(epoch);
    codec.confirm(epoch);
    return Arrays.copyOf(out.bytes(), out.size());
  }

  private static Epoch read(EpochCodec codec, byte[] record) {
    return codec.read(1, record, 0, record.length);
  }

  @Test
  void whatWasWrittenIsReadWithTheColumnsOfNow() {
    Epoch epoch = read(codec(NEW), record(codec(OLD), 1, "secret", "name"));

    assertThat(epoch.tickMicros()).isEqualTo(1234);
    assertThat(epoch.sequences()).containsExactly(new Epoch.Sequence("collector-7", 42));
    assertThat(epoch.rejects())
        .containsExactly(new Epoch.Reject("stream 's'", "no reason", "no row"));
    StagedRows rows = epoch.rows(0).get(0);
    assertThat(rows.size()).isEqualTo(3);
    for (int row = 0; row < 3; row++) {
      assertThat(rows.value(0, row)).isEqualTo((long) -row);
      assertThat(rows.value(1, row)).isEqualTo("name" + row);
      assertThat(rows.value(2, row)).isNull();
    }
  }

  @Test
  void valuesOfDroppedColumnsDoNotComeIntoTheDictionary() {
    Epoch epoch = read(codec(NEW), record(codec(OLD), 1, "secret", "name"));
    Dictionary dictionary = new Dictionary(HASHING);
    StreamOperator operator =
        new StreamOperator(plan(NEW).inputs().get(0), new boolean[] {true, true, true}, dictionary);
    operator.stage(epoch.rows(0));
    operator.step();

    assertThat(dictionary.find("name1")).isNotNegative();
    assertThat(dictionary.find("secret1")).isNegative();
  }

  @Test
  void recordsFromBeforeProducersAreRead() {
    EpochCodec writer = codec(OLD);
    byte[] now = record(writer, 1, "secret", "name");
    // Format 1 ends where the producers begin: a count, a name with its length, a number.
    byte[] before = Arrays.copyOf(now, now.length - (4 + 4 + "collector-7".length() + 8));
    before[0] = 1;

    Epoch epoch = read(codec(OLD), before);

    assertThat(epoch.sequences()).isEmpty();
    assertThat(epoch.rows(0).get(0).value(0, 2)).isEqualTo("secret2");
    byte[] later = now.clone();
    later[0] = 5;
    assertThatThrownBy(() -> read(codec(OLD), later))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("written by a newer version");
  }

  @Test
  void readingGoesOnWithWhatACheckpointKept() {
    EpochCodec writer = codec(OLD);
    byte[] first = record(writer, 1, "secret", "name");
    byte[] second = record(writer, 2, "other", "some");
    // Only the first record of a run says what the inputs are.
    assertThatThrownBy(() -> read(codec(NEW), second)).hasMessageContaining("is not known");
    EpochCodec reader = codec(NEW);
    read(reader, first);
    StateBytes state = StateBytes.of(reader.inputs().capture());
    StateBytes ofWriter = StateBytes.of(writer.inputs().capture());

    for (StateBytes kept : List.of(state, ofWriter)) {
      EpochCodec restored = codec(NEW);
      restored.inputs().restore(kept.reader());
      assertThat(read(restored, second).rows(0).get(0).value(1, 1)).isEqualTo("some1");
    }
  }

  @Test
  void whatACheckpointMakesItUnnecessaryToReadMustBeReadable() {
    Schema other =
        Schema.builder().required("n", Type.STRING).required("name", Type.STRING).build();
    EpochCodec writer = codec(OLD);
    byte[] record = record(writer, 7, "secret", "name");
    EpochCodec reader = codec(OLD);
    reader.read(7, record, 0, record.length);
    for (EpochCodec kept : List.of(writer, reader)) {
      StateBytes state = StateBytes.of(kept.inputs().capture());
      EpochCodec restored = codec(NEW);
      restored.inputs().restore(state.reader());
      assertThat(restored.inputs().refusals(1)).isEmpty();
      EpochCodec changed = codec(other);
      changed.inputs().restore(state.reader());
      assertThat(changed.inputs().refusals(7).values())
          .singleElement()
          .asString()
          .contains("column 'n' was int, is string");
      // The log has let go of the rows that could not be read.
      assertThat(changed.inputs().refusals(8)).isEmpty();
    }
  }

  @Test
  void aRecordThatIsCutOffIsReportedAndNothingElse() {
    byte[] record = record(codec(OLD), 1, "secret", "name");
    for (int length = 0; length < record.length; length++) {
      byte[] cut = Arrays.copyOf(record, length);
      for (Schema schema : List.of(OLD, NEW)) {
        assertThatThrownBy(() -> read(codec(schema), cut))
            .isInstanceOfSatisfying(
                EngineException.class,
                e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.CORRUPT));
      }
    }
  }
}
