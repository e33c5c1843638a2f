package dev.leat.engine.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes the canonical text of one relation, expression or view, of which its {@link Fingerprint}
 * is made. <b>These texts are a file format</b>: fingerprints are stored with state, and state is
 * found again by them. What is written here for a plan that means the same must stay the same for
 * ever; PlanFingerprintTest pins it. Where the meaning of an operation changes, or what its
 * operator must keep, its text must change: give it another word.
 *
 * <p>A text is a line of tokens with single spaces between: the version of the format, what kind of
 * thing it is, then what decides its meaning. Names and strings stand in double quotes, with
 * everything but printable ASCII, and quotes and backslashes, as {@code \}{@code uXXXX} for each
 * UTF-16 unit; lists stand in brackets; parts stand as their fingerprints, so that a text is short
 * however large and shared the parts are. No two different things have the same text, because every
 * token says where it ends.
 */
final class Canonical {
  private static final String VERSION = "1";

  private final StringBuilder text = new StringBuilder(VERSION);

  /** Starts the text of some kind of thing. */
  Canonical(String kind) {
    word(kind);
  }

  /** The columns that some expressions read, as the input has them, by name. */
  static List<Field> read(Collection<Expr> exprs, Node input) {
    TreeSet<String> names = new TreeSet<>();
    exprs.forEach(expr -> names.addAll(expr.columns()));
    return input.schema().fields(List.copyOf(names));
  }

  private static String quoted(String string) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** A word of the format's own. */
  Canonical word(String word) {
    text.append(' ').append(word);
    return this;
  }

  /**
   * A name or another text of the pipeline's: all of them come by here.
   *
   * @throws IllegalArgumentException if it could not be written as it is
   */
  Canonical name(String name) {
    int alone = Surrogates.firstAlone(name);
    if (alone >= 0) {
      throw new IllegalArgumentException(
          "a name or text of a pipeline has half of a surrogate pair alone, and would be another"
              + " one in the log; write it without: index="
              + alone
              + " text="
              + quoted(name));
    }
    return word(quoted(name));
  }

  Canonical names(Collection<String> names) {
    word("[");
    names.forEach(this::name);
    return word("]");
  }

  /** Columns to order by, each with its direction and where nulls go. */
  Canonical order(List<SortKey> order) {
    word("[");
    for (SortKey key : order) {
      name(key.column());
      word(key.isDescending() ? "desc" : "asc");
      word(key.isNullFirst() ? "nulls-first" : "nulls-last");
    }
    return word("]");
  }

  /** A part that has a fingerprint. */
  Canonical part(Fingerprint part) {
    return word(part.toString());
  }

  Canonical expr(@Nullable Expr expr) {
    return expr == null ? word("-") : part(expr.identity());
  }

  Canonical exprs(List<Expr> exprs) {
    word("[");
    exprs.forEach(this::expr);
    return word("]");
  }

  Canonical type(Type type) {
    return word(type.toString());
  }

  /** Columns with their types. */
  Canonical fields(Collection<Field> fields) {
    word("[");
    for (Field field : fields) {
      name(field.name()).type(field.type()).word(field.nullable() ? "null" : "not-null");
    }
    return word("]");
  }

  Canonical schema(Schema schema) {
    return fields(schema.fields());
  }

  /** A value; doubles and floats by their bits, decimals by unscaled value and scale. */
  Canonical value(Type type, @Nullable Object value) {
    if (value == null) {
      return word("null");
    }
    return switch (type.kind()) {
      case BOOLEAN, INT, LONG -> word(value.toString());
      case FLOAT -> word(HexFormat.of().toHexDigits(Float.floatToIntBits((Float) value)));
      case DOUBLE -> word(HexFormat.of().toHexDigits(Double.doubleToLongBits((Double) value)));
      case DECIMAL -> {
        BigDecimal decimal = (BigDecimal) value;
        yield word(decimal.unscaledValue() + ":" + decimal.scale());
      }
      case STRING -> name((String) value);
      case INSTANT -> {
        Instant instant = (Instant) value;
        yield word(instant.getEpochSecond() + ":" + instant.getNano());
      }
      case DATE -> word(Long.toString(((LocalDate) value).toEpochDay()));
      case DURATION -> {
        Duration duration = (Duration) value;
        yield word(duration.getSeconds() + ":" + duration.getNano());
      }
      case BYTES -> word("x" + HexFormat.of().formatHex((byte[]) value));
      case ARRAY -> {
        word("[");
        ((List<?>) value).forEach(element -> value(type.elementType(), element));
        yield word("]");
      }
    };
  }

  Canonical call(AggregateCall call) {
    word(call.function().name())
        .word(call.isDistinct() ? "distinct" : "all")
        .expr(call.operand())
        .expr(call.where())
        .name(Objects.requireNonNull(call.name(), "name"));
    call.arguments().write(this);
    return this;
  }

  Fingerprint fingerprint() {
    return Fingerprint.of(text.toString());
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
