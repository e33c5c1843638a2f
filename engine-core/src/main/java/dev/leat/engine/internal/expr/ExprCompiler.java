package dev.leat.engine.internal.expr;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.TypeRules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Makes kernels of expressions.
 *
 * <p><b>Structure.</b> An expression becomes kernels, one for each distinct operation, that hand
 * each other columns: one call for each kernel and batch, inside it a static loop over arrays of
 * words. A part that several others read is a {@link SharedKernel}, which evaluates a row once. The
 * factories ({@code ArithmeticKernels}, {@code CompareKernels}, {@code StringKernels}, {@code
 * CastKernels}) choose the loop by the operands' types; literals are folded, and converted to the
 * types they meet, when the expression is compiled. Four shapes carry most loops: {@link
 * UnaryKernel} and {@link BinaryKernel} over words, {@link StringTestKernel} and {@link
 * StringFunctionKernel} over dictionary codes, which compute once for each code. What makes objects
 * anyway goes row by row through a {@link ScalarKernel}.
 *
 * <p><b>Nulls.</b> The word of a null is 0, and loops do not look at nulls; {@link Nulls} merges
 * the bitmaps and puts the zeros back.
 *
 * <p><b>Errors.</b> A loop only notices that some row may have failed, most often by or-ing
 * overflow bits; a second pass over the batch then finds which, and reports them. A failed row is
 * null inside the tree, and made null at the {@link RootKernel}. Rows that an operation must not
 * evaluate (AND, OR, CASE, COALESCE) matter only if what is evaluated can fail: that is known when
 * it is compiled, so operands that cannot fail are evaluated for all rows, and the others over
 * selections.
 */
public final class ExprCompiler {
  private static final int MAX_TEXT = 200;

  private final Schema schema;
  private final Dictionary dictionary;
  private final TypeRules types;
  private final Map<Expr, Kernel> kernels = new HashMap<>();
  private final List<SharedKernel> shared = new ArrayList<>();

  private ExprCompiler(Schema schema, Dictionary dictionary) {
    this.schema = schema;
    this.dictionary = dictionary;
    this.types = TypeRules.over(schema, "expression");
  }

  /**
   * Compiles an expression over the columns of a schema. Values of literals are pinned in the
   * dictionary.
   *
   * @throws EngineException if the expression does not fit the schema
   */
  public static Kernel compile(Expr expr, Schema schema, Dictionary dictionary) {
    ExprCompiler compiler = new ExprCompiler(schema, dictionary);
    compiler.types.check(expr);
    return compiler.root(compiler.compile(expr));
  }

  /**
   * Compiles an expression and converts its values to another type.
   *
   * @param target a type that {@link TypeRules#common} gives for the expression's type and another
   * @throws EngineException if the expression does not fit the schema, or its type the target
   */
  public static Kernel compile(Expr expr, Type target, Schema schema, Dictionary dictionary) {
    ExprCompiler compiler = new ExprCompiler(schema, dictionary);
    Type type = compiler.typeOf(expr);
    if (!target.equals(TypeRules.common(type, target))) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "no conversion from " + type + " to " + target + ": " + expr + "; cast it");
    }
    Kernel kernel = compiler.compile(expr);
    return compiler.root(Conversions.convert(kernel, target, dictionary, text(expr)));
  }

  private Kernel root(Kernel kernel) {
    Kernel once = shared.isEmpty() ? kernel : new SharingKernel(kernel, List.copyOf(shared));
    return once.canFail() ? new RootKernel(once) : once;
  }

  /** Compiles what an expression is made of, each part once and operands first, and itself. */
  private Kernel compile(Expr expr) {
    List<Expr> parts = Postorder.of(List.of(expr), ExprCompiler::operands);
    Map<Expr, Integer> uses = new HashMap<>();
    for (Expr part : parts) {
      operands(part).forEach(operand -> uses.merge(operand, 1, Integer::sum));
    }
    OfParts compiler = new OfParts();
    for (Expr part : parts) {
      Kernel kernel = part.accept(compiler);
      boolean isThere = kernel instanceof ConstantKernel || kernel instanceof ColumnKernel;
      if (uses.getOrDefault(part, 0) > 1 && !isThere) {
        SharedKernel once = new SharedKernel(kernel);
        shared.add(once);
        kernel = once;
      }
      kernels.put(part, kernel);
    }
    return kernel(expr);
  }

  /**
   * What an expression computes with. The operands of nested ANDs or ORs are those of one: both
   * evaluate from left to right, so that nesting makes no difference, and one that was evaluated
   * before decides nothing again.
   */
  private static Collection<Expr> operands(Expr expr) {
    if (!(expr instanceof Expr.Call call && call.op().isConnective())) {
      return expr.operands();
    }
    Set<Expr> operands = new LinkedHashSet<>();
    Set<Expr> nested = new HashSet<>();
    Deque<Expr> rest = new ArrayDeque<>(List.of(expr));
    while (!rest.isEmpty()) {
      Expr next = rest.pop();
      if (!(next instanceof Expr.Call inner && inner.op() == call.op())) {
        operands.add(next);
      } else if (nested.add(inner)) {
        for (int i = inner.arguments().size() - 1; i >= 0; i--) {
          rest.push(inner.arguments().get(i));
        }
      }
    }
    return operands;
  }

  private Kernel kernel(Expr expr) {
    return Objects.requireNonNull(kernels.get(expr));
  }

  private List<Kernel> kernels(Collection<Expr> exprs) {
    return exprs.stream().map(this::kernel).toList();
  }

  private Type typeOf(Expr expr) {
    return types.check(expr).type();
  }

  /** The kernel of each kind of expression, over those of its operands. */
  private final class OfParts implements Expr.Visitor<Kernel> {
    @Override
    public Kernel column(Expr.Column column) {
      int index = schema.indexOf(column.name(), "expression");
      return new ColumnKernel(index, schema.field(index).type());
    }

    @Override
    public Kernel literal(Expr.Literal literal) {
      return constant(literal);
    }

    @Override
    public Kernel call(Expr.Call call) {
      List<Kernel> operands = kernels(operands(call));
      return call.op().isConnective()
          ? folded(new LogicKernel(call.op() == Op.AND, operands), operands)
          : folded(ofCall(call, operands), operands);
    }

    @Override
    public Kernel choice(Expr.Case choice) {
      return ofChoice(choice);
    }

    @Override
    public Kernel cast(Expr.Cast cast) {
      Kernel operand = kernel(cast.operand());
      Kernel kernel = new CastKernels(cast.type(), text(cast), dictionary).of(operand);
      return ConstantKernel.fold(kernel, dictionary, operand);
    }

    @Override
    public Kernel userCall(Expr.UserCall call) {
      return new UserCallKernel(call, text(call), kernels(call.arguments()), dictionary);
    }
  }

  private Kernel folded(Kernel kernel, List<Kernel> inputs) {
    return ConstantKernel.fold(kernel, dictionary, inputs.toArray(new Kernel[0]));
  }

  private Kernel constant(Expr.Literal literal) {
    Type type = literal.type();
    Object value = literal.value();
    if (value == null) {
      return new ConstantKernel(type, true, 0);
    }
    try {
      long word = Words.of(type, value, dictionary);
      if (type.isEncoded()) {
        dictionary.pin((int) word);
      }
      return new ConstantKernel(type, false, word);
    } catch (ArithmeticException | ClassCastException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "not a value of type " + type + ": " + literal, e);
    }
  }

  private Kernel ofChoice(Expr.Case choice) {
    Type type = typeOf(choice);
    List<Kernel> conditions = new ArrayList<>();
    List<Kernel> results = new ArrayList<>();
    for (Expr.When when : choice.whens()) {
      conditions.add(kernel(when.condition()));
      results.add(converted(when.result(), type));
    }
    Expr otherwise = choice.otherwise();
    results.add(otherwise == null ? new ConstantKernel(type, true, 0) : converted(otherwise, type));
    List<Kernel> inputs = new ArrayList<>(conditions);
    inputs.addAll(results);
    return folded(new CaseKernel(conditions, results, type), inputs);
  }

  private Kernel converted(Expr expr, Type type) {
    return Conversions.convert(kernel(expr), type, dictionary, text(expr));
  }

  private Kernel ofCall(Expr.Call call, List<Kernel> arguments) {
    Kernel first = arguments.get(0);
    Op op = call.op();
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO -> arithmetic(call).of(first, arguments.get(1));
      case NEGATE, ABS -> arithmetic(call).sign(first);
      case ROUND -> arithmetic(call).round(first, literal(call, Integer.class));
      case EQ, NE, LT, LE, GT, GE -> CompareKernels.of(op, first, arguments.get(1), dictionary);
      case NOT -> not(first);
      case IS_NULL, IS_NOT_NULL -> new NullTestKernel(first, op == Op.IS_NULL);
      case COALESCE -> {
        Type type = typeOf(call);
        List<Kernel> operands = new ArrayList<>();
        for (Kernel argument : arguments) {
          operands.add(Conversions.convert(argument, type, dictionary, text(call)));
        }
        yield new CoalesceKernel(operands, type);
      }
      case NULLIF -> new NullIfKernel(first, arguments.get(1), dictionary);
      case IN -> InKernel.of(first, arguments.subList(1, arguments.size()), dictionary);
      case DATE_TRUNC -> truncate(call, first);
      case EPOCH_SECONDS -> UnaryKernel.total(first, Type.LONG, Times::epochSeconds);
      case CARDINALITY, CONTAINS, ELEMENT, ARRAY_TO_STRING -> array(call, arguments);
      default -> string(call, arguments);
    };
  }

  private ArithmeticKernels arithmetic(Expr.Call call) {
    Type type = typeOf(call);
    return new ArithmeticKernels(call.op(), type, text(call), dictionary);
  }

  /** What stands in the reason of a failed row for the expression that failed. */
  private static String text(Expr expr) {
    return expr.toString(MAX_TEXT);
  }

  /**
   * The value of the second argument, which has to be a literal: that was checked with the types.
   */
  private static <T> T literal(Expr.Call call, Class<T> type) {
    return type.cast(Objects.requireNonNull(((Expr.Literal) call.arguments().get(1)).value()));
  }

  private static Kernel not(Kernel operand) {
    return UnaryKernel.total(
        operand,
        Type.BOOLEAN,
        (in, out, selection, count) -> Comparisons.equalTo(in, out, selection, count, 0, 0));
  }

  private static Kernel truncate(Expr.Call call, Kernel operand) {
    TruncUnit unit = TruncUnit.valueOf(literal(call, String.class));
    return UnaryKernel.partial(
        operand,
        Type.INSTANT,
        (in, out, selection, count) -> Times.truncate(in, out, selection, count, unit),
        micros -> Times.checkTruncate(micros, unit),
        text(call));
  }

  private Kernel array(Expr.Call call, List<Kernel> arguments) {
    Kernel array = arguments.get(0);
    if (call.op() == Op.CARDINALITY) {
      return ArrayKernel.cardinality(array, dictionary);
    }
    Kernel other = arguments.get(1);
    return switch (call.op()) {
      case CONTAINS -> {
        Type element = array.type().elementType();
        yield ArrayKernel.contains(
            array, Conversions.convert(other, element, dictionary, text(call)), dictionary);
      }
      case ELEMENT -> ArrayKernel.element(array, other, dictionary);
      default -> ArrayKernel.toText(array, other, dictionary, text(call));
    };
  }

  private Kernel string(Expr.Call call, List<Kernel> arguments) {
    StringKernels kernels = new StringKernels(dictionary, text(call));
    Kernel first = arguments.get(0);
    return switch (call.op()) {
      case LIKE -> kernels.like(first, literal(call, String.class));
      case LOWER -> kernels.lower(first);
      case UPPER -> kernels.upper(first);
      case TRIM -> kernels.trim(first);
      case LENGTH -> kernels.length(first);
      case SUBSTRING -> kernels.substring(arguments);
      case CONCAT -> kernels.concat(arguments);
      default -> throw new IllegalArgumentException("not an operation: " + call.op());
    };
  }
}
