package dev.leat.engine.plan;

import dev.leat.engine.plan.TypeRules.Typed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What calls over rows in an order take and give; the one home of these rules. */
final class OverRules {
  private OverRules() {}

  static void check(
      Node input, List<String> partition, List<SortKey> order, List<OverCall> calls, String place) {
    if (calls.isEmpty()) {
      throw Node.invalid(place + ": nothing is computed; add a call such as rowNumber()");
    }
    OrderRules.checkPartition(input, partition, place);
    OrderRules.checkOrder(input, order, place);
    for (OverCall call : calls) {
      if (call.name() == null) {
        throw Node.invalid(place + ": " + call + " has no name; add .as(\"...\")");
      }
      if (order.isEmpty() && !(call.function().isFramed() && isOrderless(call))) {
        throw Node.invalid(
            place + ": " + call + " depends on the order of rows; add .orderBy(...)");
      }
      checkFrame(input.schema(), order, call, place);
      typed(call, input.schema(), place);
    }
  }

  /** Does its result not depend on the order of the rows? */
  private static boolean isOrderless(OverCall call) {
    return call.frame().isAll()
        && call.function() != OverFunction.FIRST_VALUE
        && call.function() != OverFunction.LAST_VALUE;
  }

  private static void checkFrame(Schema schema, List<SortKey> order, OverCall call, String place) {
    if (!call.function().isFramed() || !call.frame().hasDistance()) {
      return;
    }
    if (order.size() != 1) {
      throw Node.invalid(
          place
              + ": "
              + call
              + ": distances are measured in one column: order by one only, not "
              + order);
    }
    Field field = schema.field(schema.indexOf(order.get(0).column(), place));
    boolean isTime = call.frame().unit() == Frame.Unit.TIME;
    boolean fits =
        switch (field.type().kind()) {
          case INT, LONG, DATE -> !isTime;
          case INSTANT, DURATION -> isTime;
          default -> false;
        };
    if (!fits) {
      throw Node.invalid(
          place
              + ": "
              + call
              + ": a range is a Duration over instants and durations, and a number over int, long"
              + " and days; the order is by "
              + field);
    }
  }

  /** The columns of the input and those of the calls. */
  static Schema schema(Node input, List<OverCall> calls) {
    List<Field> fields = new ArrayList<>(input.schema().fields());
    for (OverCall call : calls) {
      Typed typed = typed(call, input.schema(), "over on " + input.describe());
      fields.add(
          new Field(Objects.requireNonNull(call.name(), "name"), typed.type(), typed.nullable()));
    }
    return Schema.of(fields, "over on " + input.describe());
  }

  private static Typed typed(OverCall call, Schema schema, String place) {
    Expr operand = call.operand();
    return switch (call.function()) {
      case ROW_NUMBER, RANK, DENSE_RANK -> new Typed(Type.LONG, false);
      case LAG, LEAD, FIRST_VALUE, LAST_VALUE ->
          new Typed(
              TypeRules.check(Objects.requireNonNull(operand), schema, place + ", " + call).type(),
              true);
      case COUNT -> aggregate(AggregateFunction.COUNT, operand, schema, place);
      case SUM -> aggregate(AggregateFunction.SUM, operand, schema, place);
      case AVG -> aggregate(AggregateFunction.AVG, operand, schema, place);
      case MIN -> aggregate(AggregateFunction.MIN, operand, schema, place);
      case MAX -> aggregate(AggregateFunction.MAX, operand, schema, place);
    };
  }

  private static Typed aggregate(
      AggregateFunction function, @Nullable Expr operand, Schema schema, String place) {
    return AggregateRules.check(
        new AggregateCall(function, operand, null, false, null), schema, place);
  }
}
