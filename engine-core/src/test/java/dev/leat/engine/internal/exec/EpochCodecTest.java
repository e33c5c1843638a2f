package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.ByteWriter;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochCodecTest {
  @Test
  void theTextOfColumnsIsThatOfLogsWrittenBefore() {
    Schema.Builder schema = Schema.builder().required("k", Type.STRING);
    List<Type> others =
        List.of(
            Type.BOOLEAN,
            Type.INT,
            Type.LONG,
            Type.FLOAT,
            Type.DOUBLE,
            Type.decimal(18, 2),
            Type.INSTANT,
            Type.DATE,
            Type.DURATION,
            Type.BYTES,
            Type.array(Type.array(Type.STRING)));
    for (int i = 0; i < others.size(); i++) {
      schema.nullable("c" + i, others.get(i));
    }
    assertThat(columns(Node.InputKind.KEYED_TABLE, schema.build(), List.of("k")))
        .isEqualTo(
            "KEYED_TABLE (k string not null, c0 boolean, c1 int, c2 long, c3 float, c4 double,"
                + " c5 decimal(18,2), c6 instant, c7 date, c8 duration, c9 bytes,"
                + " c10 array<array<string>>) key [k]");
    Schema small = Schema.builder().required("n", Type.LONG).build();
    assertThat(columns(Node.InputKind.STREAM, small, List.of()))
        .isEqualTo("STREAM (n long not null) key []");
    assertThat(columns(Node.InputKind.KEYLESS_TABLE, small, List.of()))
        .isEqualTo("KEYLESS_TABLE (n long not null) key []");
  }

  @Test
  void anyNameCanBeReadAgain() {
    Schema schema =
        Schema.builder()
            .required("a b, c int", Type.INT)
            .required("say \"hi\"", Type.STRING)
            .nullable("gr\u00f6\u00dfe", Type.LONG)
            .build();

    assertThat(columns(Node.InputKind.KEYED_TABLE, schema, List.of("a b, c int", "say \"hi\"")))
        .isEqualTo(
            "KEYED_TABLE (\"a b, c int\" int not null, \"say \"\"hi\"\"\" string not null,"
                + " \"gr\u00f6\u00dfe\" long) key [\"a b, c int\", \"say \"\"hi\"\"\"]");
  }

  @Test
  void whatIsNoTextOfAnInputIsRefused() {
    for (String text :
        List.of(
            "",
            "STREAM",
            "QUEUE (n long) key []",
            "STREAM (n long) key [",
            "STREAM (n long) key [] ",
            "STREAM (n number) key []",
            "STREAM (n decimal(9,10)) key []",
            "STREAM (n decimal(9)) key []",
            "STREAM (n array<long) key []",
            "STREAM (\"n long) key []",
            "STREAM () key []")) {
      assertThatIllegalArgumentException().isThrownBy(() -> WrittenInput.parse(text));
    }
  }

  @Test
  void aRecordHasTheLeastFormatThatCanSayWhatItSays() {
    Epoch plain = new Epoch(1);
    plain.close(7);
    Epoch withWatermark = new Epoch(2);
    withWatermark.reached().add(new Epoch.Reached("s", -5));
    Epoch withOpening = new Epoch(3);
    withOpening.opened(6);
    Epoch withBoth = new Epoch(4);
    withBoth.reached().add(new Epoch.Reached("s", -5));
    withBoth.opened(-6);
    EpochCodec writer = codec();
    EpochCodec reader = codec();
    int[] formats = {2, 3, 4, 4};
    for (Epoch epoch : List.of(plain, withWatermark, withOpening, withBoth)) {
      ByteWriter record = writer.write(epoch);
      writer.confirm(epoch);
      assertThat(record.bytes()[0]).isEqualTo((byte) formats[(int) epoch.position() - 1]);
      Epoch read = reader.read(epoch.position(), record.bytes(), 0, record.size());
      assertThat(read.reached()).isEqualTo(epoch.reached());
      assertThat(read.openedMicros()).isEqualTo(epoch.openedMicros());
      assertThat(read.tickMicros()).isEqualTo(epoch.tickMicros());
    }
  }

  @Test
  void aRecordOfANewerVersionIsRefused() {
    byte[] record = {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    assertThatThrownBy(() -> codec().read(9, record, 0, record.length))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("at position 9 has format 5, this version reads formats up to 4")
        .hasMessageContaining("newer version");
  }

  private static EpochCodec codec() {
    Schema schema = Schema.builder().required("n", Type.LONG).build();
    Node.Input input = new Node.Input("s", Node.InputKind.STREAM, schema, List.of());
    Plan plan = new Plan(List.of(input), List.of());
    return new EpochCodec(plan, new RowsPool(plan, new Hashing(1), true));
  }

  private static String columns(Node.InputKind kind, Schema schema, List<String> key) {
    String text = WrittenInput.of(new Node.Input("t", kind, schema, key)).text();
    assertThat(WrittenInput.parse(text)).isEqualTo(new WrittenInput(kind, schema, key));
    return text;
  }
}
