package dev.leat.engine.internal.expr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Rows to evaluate expressions over. Every expression is evaluated over all rows at once, over
 * every second one, and row by row, and has to give the same each time.
 */
final class Table {
  /** Why a row failed; stands in the place of its value. */
  record Failed(String reason) {
    @Override
    public String toString() {
      return "failed: " + reason;
    }
  }

  final Dictionary dictionary;
  final Schema schema;
  final Batch batch;
  private int rows;

  Table(Schema schema) {
    this(schema, new Dictionary(new Hashing(42)));
  }

  Table(Schema schema, Dictionary dictionary) {
    this.schema = schema;
    this.dictionary = dictionary;
    this.batch = new Batch(schema.size());
  }

  /** A table with one nullable column for each type: a, b, c, and so on. */
  static Table of(Type... types) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      fields.add(new Field(String.valueOf((char) ('a' + i)), types[i], true));
    }
    return new Table(Schema.of(fields));
  }

  Table row(Object... values) {
    for (int i = 0; i < values.length; i++) {
      Column column = batch.column(i);
      column.ensure(rows + 1);
      if (values[i] == null) {
        column.setNull(rows);
      } else {
        column.set(rows, Words.of(schema.field(i).type(), values[i], dictionary));
      }
    }
    rows++;
    batch.fill(rows, null);
    return this;
  }

  /** The values of an expression, by row: null for null, a {@link Failed} for what failed. */
  List<Object> eval(Expr expr) {
    return eval(ExprCompiler.compile(expr, schema, dictionary));
  }

  List<Object> eval(Expr expr, Type target) {
    return eval(ExprCompiler.compile(expr, target, schema, dictionary));
  }

  List<Object> eval(Kernel kernel) {
    List<Object> all = run(kernel, null, rows);
    List<Object> even = run(kernel, step(0, 2), (rows + 1) / 2);
    List<Object> odd = run(kernel, step(1, 2), rows / 2);
    for (int row = 0; row < rows; row++) {
      assertSame((row % 2 == 0 ? even : odd).get(row / 2), all.get(row));
      assertSame(run(kernel, new int[] {row}, 1).get(0), all.get(row));
    }
    assertThat(run(kernel, null, 0)).isEmpty();
    return all;
  }

  private static void assertSame(Object actual, Object expected) {
    assertThat(Objects.deepEquals(actual, expected))
        .as("%s instead of %s", actual, expected)
        .isTrue();
  }

  int[] step(int from, int step) {
    int[] selection = new int[rows / step + 1];
    int count = 0;
    for (int row = from; row < rows; row += step) {
      selection[count++] = row;
    }
    return selection;
  }

  private List<Object> run(Kernel kernel, int[] selection, int count) {
    RowErrors errors = new RowErrors();
    Column column = kernel.evaluate(batch, selection, count, errors);
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (errors.isFailed(row)) {
        assertThat(kernel.canFail()).isTrue();
        assertThat(column.isNull(row)).isTrue();
        values.add(new Failed(errors.reason(row)));
      } else if (column.isNull(row)) {
        values.add(null);
      } else {
        values.add(Words.toObject(kernel.type(), column.word(row), dictionary.values()));
      }
      if (column.isNull(row)) {
        assertThat(column.word(row)).as("the word of a null").isZero();
      }
    }
    return values;
  }

  static Failed failed(String reason) {
    return new Failed(reason);
  }

  static Expr col(String name) {
    return new Expr.Column(name);
  }

  static Expr lit(Object value) {
    return Expr.of(value);
  }

  static Expr nothing(Type type) {
    return new Expr.Literal(null, type);
  }
}
