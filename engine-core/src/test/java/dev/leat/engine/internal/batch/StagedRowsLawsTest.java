package dev.leat.engine.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Staged rows are what was committed and not taken back, also when written and read. */
class StagedRowsLawsTest {
  private static final List<Type> TYPES =
      List.of(
          Type.BOOLEAN,
          Type.INT,
          Type.LONG,
          Type.FLOAT,
          Type.DOUBLE,
          Type.decimal(9, 2),
          Type.decimal(38, 10),
          Type.STRING,
          Type.INSTANT,
          Type.DATE,
          Type.DURATION,
          Type.BYTES,
          Type.array(Type.STRING),
          Type.array(Type.array(Type.decimal(20, 1))));
  private static final Hashing HASHING = new Hashing(7);

  private record ModelRow(List<Object> values, byte op) {
    boolean isEqual(ModelRow other) {
      return op == other.op && Objects.deepEquals(values.toArray(), other.values.toArray());
    }
  }

  private final Schema schema;
  private SplittableRandom random = new SplittableRandom(0);
  private final List<ModelRow> model = new ArrayList<>();

  StagedRowsLawsTest() {
    List<Field> fields = new ArrayList<>();
    for (Type type : TYPES) {
      fields.add(new Field("c" + fields.size(), type, true));
    }
    schema = Schema.of(fields);
  }

  private Object value(Type type) {
    int small = random.nextInt(5);
    long any = random.nextLong() >> random.nextInt(64);
    return switch (type.kind()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> (int) any;
      case LONG -> any;
      case FLOAT -> small == 0 ? Float.NaN : random.nextInt(100) / 8f;
      case DOUBLE -> small == 0 ? Double.NEGATIVE_INFINITY : random.nextInt(100) / 8.0;
      case DECIMAL -> {
        BigInteger limit = BigInteger.TEN.pow(type.precision()).subtract(BigInteger.ONE);
        BigInteger unscaled =
            small == 0 ? limit.negate() : BigInteger.valueOf(any).remainder(limit);
        yield new BigDecimal(unscaled, type.scale());
      }
      case STRING -> "\ud83d\ude00".repeat(small) + random.nextInt(20);
      case INSTANT -> Words.toInstant(any);
      case DATE -> LocalDate.ofEpochDay(random.nextInt(100_000) - 50_000);
      case DURATION -> Words.toDuration(any);
      case BYTES -> new byte[] {(byte) any, (byte) small};
      case ARRAY -> {
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < small; i++) {
          elements.add(random.nextInt(6) == 0 ? null : value(type.elementType()));
        }
        yield elements;
      }
    };
  }

  private void write(StagedRows rows, boolean isFinished) {
    List<Object> values = new ArrayList<>();
    int columns = isFinished ? TYPES.size() : random.nextInt(TYPES.size());
    for (int c = 0; c < columns; c++) {
      Object value = random.nextInt(6) == 0 ? null : value(TYPES.get(c));
      rows.setObject(c, value);
      values.add(value);
    }
    if (isFinished) {
      byte op = random.nextInt(4) == 0 ? StagedRows.DELETE : StagedRows.PUT;
      rows.commit(op);
      model.add(new ModelRow(values, op));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void areTheRowsThatWereCommittedAndNotTakenBack(long seed) {
    random = new SplittableRandom(seed);
    StagedRows rows = new StagedRows(schema, HASHING);
    for (int step = 0; step < 1500; step++) {
      int choice = random.nextInt(100);
      if (choice < 10) {
        write(rows, false);
        rows.rollback(rows.size());
      } else if (choice < 14) {
        int size = random.nextInt(model.size() + 1);
        rows.rollback(size);
        model.subList(size, model.size()).clear();
      } else if (choice < 15) {
        rows.clear();
        model.clear();
      } else {
        write(rows, true);
      }
      assertThat(rows.size()).isEqualTo(model.size());
      if (step % 50 == 0) {
        check(rows);
        check(writtenAndRead(rows));
      }
    }
  }

  private StagedRows writtenAndRead(StagedRows rows) {
    ByteWriter out = new ByteWriter();
    out.writeInt(42);
    RowsCodec.write(rows, out);
    // Not at the start of the array, as in the log.
    byte[] bytes = Arrays.copyOf(out.bytes(), out.size() + 3);
    ByteReader in = new ByteReader(bytes, Integer.BYTES, out.size() - Integer.BYTES);
    StagedRows read = new StagedRows(schema, HASHING);
    RowsCodec.read(in, read);
    assertThat(in.isAtEnd()).isTrue();
    return read;
  }

  private void check(StagedRows rows) {
    assertThat(rows.size()).isEqualTo(model.size());
    byte[] ops = rows.ops();
    for (int row = 0; row < model.size(); row++) {
      List<Object> values = new ArrayList<>();
      for (int c = 0; c < TYPES.size(); c++) {
        values.add(rows.value(c, row));
      }
      ModelRow actual = new ModelRow(values, ops == null ? StagedRows.PUT : ops[row]);
      assertThat(model.get(row).isEqual(actual)).as("%s: %s", model.get(row), actual).isTrue();
    }
    assertThat(ops == null)
        .isEqualTo(model.stream().noneMatch(row -> row.op() == StagedRows.DELETE));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aRecordThatEndsEarlyIsNoticed(long seed) {
    random = new SplittableRandom(seed);
    StagedRows rows = new StagedRows(schema, HASHING);
    for (int i = 0; i < 20; i++) {
      write(rows, true);
    }
    ByteWriter out = new ByteWriter();
    RowsCodec.write(rows, out);
    for (int length = 0; length < out.size(); length += 1 + random.nextInt(7)) {
      ByteReader in = new ByteReader(out.bytes(), 0, length);
      StagedRows read = new StagedRows(schema, HASHING);
      int end = length;
      assertThat(catchThrowable(() -> RowsCodec.read(in, read)))
          .as("length " + end)
          .isInstanceOfAny(IndexOutOfBoundsException.class, IllegalArgumentException.class);
    }
  }
}
