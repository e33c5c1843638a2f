package dev.leat.engine.iceberg;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Columns of each type that is stored in a way of its own. Whoever adds a type adds it here, and
 * each test that goes through all of them then asks for its values.
 *
 * <p>The module {@code readback} has a list of its own: modules share no tests, and its rows, once
 * other engines have read them, stay as they are.
 */
public final class EachType {
  /** The types. */
  public static final List<Type> TYPES =
      List.of(
          Type.BOOLEAN,
          Type.INT,
          Type.LONG,
          Type.FLOAT,
          Type.DOUBLE,
          Type.decimal(9, 2),
          Type.decimal(18, 4),
          Type.decimal(38, 10),
          Type.STRING,
          Type.INSTANT,
          Type.DATE,
          Type.DURATION,
          Type.BYTES,
          Type.array(Type.STRING),
          Type.array(Type.array(Type.LONG)),
          Type.array(Type.decimal(20, 3)),
          Type.array(Type.INSTANT),
          Type.array(Type.array(Type.decimal(20, 3))));

  private static final List<String> NAMES =
      List.of(
          "a_boolean",
          "an_int",
          "a_long",
          "a_float",
          "a_double",
          "a_short_decimal",
          "a_decimal",
          "a_long_decimal",
          "a_string",
          "an_instant",
          "a_date",
          "a_duration",
          "some_bytes",
          "strings",
          "lists_of_longs",
          "decimals",
          "instants",
          "lists_of_decimals");

  private EachType() {}

  /** A column of each, by a name that says what it is; all may be null. */
  static Schema nullable() {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < TYPES.size(); i++) {
      fields.add(new Field(NAMES.get(i), TYPES.get(i), true));
    }
    return Schema.of(fields);
  }

  /** Two columns of each, behind others: {@code n0}, which may be null, {@code r0}, and so on. */
  public static Schema twice(Field... before) {
    List<Field> fields = new ArrayList<>(List.of(before));
    for (int i = 0; i < TYPES.size(); i++) {
      fields.add(new Field("n" + i, TYPES.get(i), true));
      fields.add(new Field("r" + i, TYPES.get(i), false));
    }
    return Schema.of(fields);
  }
}
