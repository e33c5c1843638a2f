package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Fingerprint;
import dev.leat.engine.plan.Forget;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.Sessions;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.TemporalFilter;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.WithClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Digests of random relations and expressions against a text that is written here in another way:
 * in full, and with the length before each string. Equal digests must mean equal texts, and equal
 * texts equal digests.
 */
class RandomFingerprintsTest {
  private static final int PLANS = 1500;

  /** Two things that must tell the same apart. */
  private static final class Bijection {
    private final Map<Object, String> texts = new HashMap<>();
    private final Map<String, Object> things = new HashMap<>();
    private int repeats;

    private void add(Object thing, String text) {
      String knownText = texts.putIfAbsent(thing, text);
      Object knownThing = things.putIfAbsent(text, thing);
      if (knownText != null && knownThing != null) {
        repeats++;
        assertThat(knownText).isEqualTo(text);
        assertThat(knownThing).isEqualTo(thing);
      } else {
        assertThat(knownText).as("equal, but not in text: %s", text).isNull();
        assertThat(knownThing).as("not equal, but in text: %s", text).isNull();
      }
    }
  }

  @Test
  void equalMeansEqualInEveryDetail() {
    Bijection nodes = new Bijection();
    Bijection exprs = new Bijection();
    for (long seed = 0; seed < PLANS; seed++) {
      for (Node node : RandomPlans.plan(seed % (PLANS / 2)).nodes()) {
        nodes.add(node, text(node, true, true));
        for (Expr expr : exprs(node)) {
          expr.parts().forEach(part -> exprs.add(part, text(part, null)));
        }
      }
    }
    assertThat(nodes.texts).hasSizeGreaterThan(PLANS);
    assertThat(exprs.texts).hasSizeGreaterThan(2 * PLANS);
    assertThat(nodes.repeats).isGreaterThan(PLANS);
  }

  @Test
  void equalFingerprintsMeanEqualState() {
    Bijection states = new Bijection();
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed % (PLANS / 2));
      Set<Fingerprint> seen = new HashSet<>();
      for (Node node : plan.nodes()) {
        states.add(node.fingerprint(), text(node, false, false) + schema(node.schema()));
        // Within a plan it is even the same relation.
        assertThat(node instanceof Node.Named || seen.add(node.fingerprint())).isTrue();
      }
    }
    assertThat(states.texts).hasSizeGreaterThan(PLANS);
  }

  @Test
  void aPlanKeepsAllOfItsOwnAndLittleOfAnother() {
    for (long seed = 0; seed < PLANS / 10; seed++) {
      PlanManifest manifest = PlanManifest.of(RandomPlans.plan(seed));
      PlanManifest stored = PlanManifest.parse(manifest.print());
      assertThat(stored).isEqualTo(manifest);
      assertThat(PlanDiff.between(stored, RandomPlans.plan(seed)).isEmpty()).isTrue();

      Plan other = RandomPlans.plan(seed + 1);
      PlanDiff diff = PlanDiff.between(stored, other);
      Set<Fingerprint> known = new HashSet<>();
      stored.entries().forEach(entry -> known.add(entry.fingerprint()));
      for (PlanDiff.Change change : diff.kept()) {
        assertThat(
                change.entry().kind() == PlanManifest.Kind.STREAM
                    || known.contains(change.entry().fingerprint()))
            .isTrue();
      }
      int entries = diff.kept().size() + diff.added().size() + diff.rebuilt().size();
      assertThat(entries).isEqualTo(PlanManifest.of(other).entries().size());
    }
  }

  private static List<Expr> exprs(Node node) {
    if (node instanceof Node.Filter filter) {
      return List.of(filter.condition());
    }
    if (node instanceof TemporalFilter filter) {
      return filter.bounds().stream().map(TemporalFilter.Bound::row).toList();
    }
    if (node instanceof Node.Project project) {
      return project.columns().stream().map(NamedExpr::expr).toList();
    }
    if (node instanceof Join join) {
      return join.condition() == null ? List.of() : List.of(join.condition());
    }
    if (node instanceof SessionAggregate sessions) {
      return sessions.calls().stream().flatMap(call -> call.exprs().stream()).toList();
    }
    return node instanceof Node.Aggregate aggregate
        ? aggregate.calls().stream().flatMap(call -> call.exprs().stream()).toList()
        : List.of();
  }

  private static String text(String... parts) {
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      text.append(part.length()).append(':').append(part);
    }
    return text.toString();
  }

  private static String texts(List<String> parts) {
    return text(parts.toArray(new String[0]));
  }

  private static String schema(Schema schema) {
    return texts(
        schema.fields().stream()
            .map(f -> text(f.name(), f.type().toString(), String.valueOf(f.nullable())))
            .toList());
  }

  /**
   * A relation in full.
   *
   * @param isOutermost does its own name count?
   * @param isStrict do columns count that nothing reads? Else columns have their types where they
   *     are read.
   */
  private static String text(Node node, boolean isOutermost, boolean isStrict) {
    List<String> inputs =
        node.inputs().stream().map(input -> text(input, false, isStrict)).toList();
    Schema read = node.inputs().isEmpty() || isStrict ? null : node.inputs().get(0).schema();
    if (node instanceof Node.Named named) {
      // Below, names are seen through; above, the input itself may have one.
      return isOutermost && isStrict
          ? text("named", named.name(), text(named.input(), true, true))
          : inputs.get(0);
    }
    if (node instanceof Node.Input input) {
      return text(
          "input",
          input.name(),
          input.kind().name(),
          texts(input.primaryKey()),
          String.valueOf(input.deduplication()),
          String.valueOf(input.eventTime()),
          String.valueOf(input.forgetting()),
          isStrict ? schema(input.schema()) : "");
    }
    if (node instanceof GroupingSets copies) {
      return text(
          "copies",
          texts(inputs),
          texts(copies.keys()),
          texts(copies.keys().stream().map(k -> text(new Expr.Column(k), read)).toList()),
          texts(copies.sets().stream().map(set -> texts(set)).toList()),
          isStrict ? "" : texts(copies.schema().names()));
    }
    if (node instanceof Node.Filter filter) {
      return text("filter", texts(inputs), text(filter.condition(), read));
    }
    if (node instanceof Node.Project project) {
      return text(
          "project",
          texts(inputs),
          texts(
              project.columns().stream().map(c -> text(c.name(), text(c.expr(), read))).toList()));
    }
    if (node instanceof Node.Aggregate aggregate) {
      return text(
          "aggregate",
          texts(inputs),
          texts(aggregate.keys()),
          texts(aggregate.keys().stream().map(k -> text(new Expr.Column(k), read)).toList()),
          texts(aggregate.calls().stream().map(call -> text(call, read)).toList()));
    }
    if (node instanceof Joined join) {
      return join(join, inputs, isStrict);
    }
    if (node instanceof Top top) {
      return text(
          "top",
          texts(inputs),
          schema(top.schema()),
          texts(top.partition()),
          texts(top.order().stream().map(k -> text(k.column(), "" + k.isDescending())).toList()),
          top.offset() + " " + top.limit());
    }
    if (node instanceof Ticking ticking) {
      return ticking(ticking, inputs, read);
    }
    if (node instanceof SessionAggregate aggregate) {
      Sessions sessions = aggregate.sessions();
      return text(
          "session aggregate",
          texts(inputs),
          texts(sessions.by()),
          texts(sessions.by().stream().map(k -> text(new Expr.Column(k), read)).toList()),
          sessions.time(),
          sessions.window().gap().toString(),
          texts(aggregate.calls().stream().map(call -> text(call, read)).toList()));
    }
    if (node instanceof Sessionize sessionize) {
      Sessions sessions = sessionize.sessions();
      return text(
          "sessionize",
          texts(inputs),
          schema(sessionize.input().schema()),
          texts(sessions.by()),
          sessions.time(),
          sessions.window().gap().toString(),
          texts(sessionize.columns().stream().map(SessionColumn::kind).map(Enum::name).toList()),
          texts(sessionize.columns().stream().map(SessionColumn::name).toList()));
    }
    if (node instanceof Over over) {
      return text(
          "over",
          texts(inputs),
          schema(over.input().schema()),
          texts(over.partition()),
          texts(over.order().stream().map(k -> text(k.column(), "" + k.isDescending())).toList()),
          texts(over.calls().stream().map(OverCall::toString).toList()),
          over.limitedCall() + " " + over.limit());
    }
    if (node instanceof Joined join) {
      return join(join, inputs, isStrict);
    }
    String detail =
        node instanceof SetOperation operation
            ? operation.kind().name()
            : node instanceof Unnest unnest ? unnest.elements().toString() : "";
    return text(node.getClass().getSimpleName(), detail, texts(inputs), schema(node.schema()));
  }

  private static String ticking(Ticking node, List<String> inputs, @Nullable Schema read) {
    List<String> details = new ArrayList<>(List.of("" + node.tickMicros()));
    if (node instanceof TemporalFilter filter) {
      for (TemporalFilter.Bound bound : filter.bounds()) {
        details.add(text(bound.clock().expr(), null));
        details.add(bound.op().name());
        details.add(text(bound.row(), read));
      }
    } else if (node instanceof WithClock clock) {
      details.add(schema(clock.input().schema()));
      clock.columns().forEach(c -> details.add(text(c.name(), text(c.clock().expr(), null))));
    } else {
      details.add("" + ((Forget) node).afterMicros());
      details.add(schema(node.schema()));
    }
    return text(node.getClass().getSimpleName(), texts(inputs), texts(details));
  }

  private static String join(Joined join, List<String> inputs, boolean isStrict) {
    Schema left = isStrict ? null : join.left().schema();
    Schema right = isStrict ? null : join.right().schema();
    JoinKeys keys = join.keys();
    return text(
        join.getClass().getSimpleName(),
        texts(inputs),
        texts(keys.left().stream().map(k -> text(new Expr.Column(k), left)).toList()),
        texts(keys.right().stream().map(k -> text(new Expr.Column(k), right)).toList()),
        String.valueOf(keys.matchesNull()),
        join instanceof AsOfJoin asOf
            ? texts(
                List.of(
                    text(new Expr.Column(asOf.leftTime()), left),
                    text(new Expr.Column(asOf.rightTime()), right)))
            : "",
        join instanceof Join plain ? plain.kind().name() : "",
        join instanceof Join plain && plain.condition() != null
            ? text(plain.condition(), isStrict ? null : join.columns().schema())
            : "");
  }

  private static String text(AggregateCall call, @Nullable Schema read) {
    return text(
        call.function().name(),
        String.valueOf(call.isDistinct()),
        String.valueOf(call.name()),
        texts(call.operands().stream().map(operand -> text(operand, read)).toList()),
        call.order().toString(),
        String.valueOf(call.arguments().constant()),
        call.arguments().user() == null
            ? ""
            : text(call.arguments().user().name(), call.arguments().user().type().toString()),
        call.where() == null ? "" : text(call.where(), read));
  }

  private static String valueText(@Nullable Object value) {
    return value instanceof List<?> elements
        ? texts(elements.stream().map(element -> valueText(element)).toList())
        : value == null ? "null" : text(new String[] {JavaTypes.text(value)});
  }

  private static String text(Expr expr, @Nullable Schema read) {
    String operands = texts(expr.operands().stream().map(part -> text(part, read)).toList());
    if (expr instanceof Expr.Column column) {
      int index = read == null ? -1 : read.find(column.name());
      return text("column", column.name(), index < 0 ? "" : read.field(index).toString());
    }
    if (expr instanceof Expr.Literal literal) {
      return text("literal", literal.type().toString(), valueText(literal.value()));
    }
    if (expr instanceof Expr.Call call) {
      return text("call", call.op().name(), operands);
    }
    if (expr instanceof Expr.Cast cast) {
      return text("cast", cast.type().toString(), operands);
    }
    if (expr instanceof Expr.UserCall call) {
      return text("user", call.name(), call.type().toString(), operands);
    }
    return text("case", operands);
  }
}
