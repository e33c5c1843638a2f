package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.ArrayBytes;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * An operation of an array and another operand, row by row over the array's bytes; null where one
 * of them is.
 */
final class ArrayKernel implements Kernel {
  /** Sets a row of the result, which may be null; may throw {@link Failure}. */
  private interface Function {
    void apply(byte[] array, long other, Column out, int row);
  }

  private final Kernel array;
  private final Kernel other;
  private final Type type;
  private final Function function;
  private final Dictionary dictionary;

  /** Says in the reasons which operation failed; null if it never does. */
  private final @Nullable String text;

  private final Column result = new Column();

  private ArrayKernel(
      Kernel array, Kernel other, Type type, Dictionary dictionary, Operation operation) {
    this.array = array;
    this.other = other;
    this.type = type;
    this.dictionary = dictionary;
    this.function = operation.function();
    this.text = operation.text();
  }

  private record Operation(Function function, @Nullable String text) {}

  /** How many elements an array has. */
  static Kernel cardinality(Kernel array, Dictionary dictionary) {
    return ScalarKernel.unary(
        array, Type.LONG, (code, none) -> ArrayBytes.count(dictionary.bytes(code)), null);
  }

  /** Is a value of the elements' type among them? */
  static Kernel contains(Kernel array, Kernel value, Dictionary dictionary) {
    Type element = array.type().elementType();
    Function function =
        (bytes, word, out, row) -> {
          int found = ArrayBytes.find(bytes, ArrayBytes.encode(element, word, dictionary.values()));
          if (found == ArrayBytes.UNKNOWN) {
            out.setNull(row);
          } else {
            out.set(row, found == ArrayBytes.ABSENT ? 0 : 1);
          }
        };
    return new ArrayKernel(array, value, Type.BOOLEAN, dictionary, new Operation(function, null));
  }

  /** The element at a place from 1 on. */
  static Kernel element(Kernel array, Kernel place, Dictionary dictionary) {
    Type element = array.type().elementType();
    Function function =
        (bytes, at, out, row) -> {
          if (at < 1 || at > ArrayBytes.count(bytes)) {
            out.setNull(row);
          } else {
            ArrayBytes.decodeOne(element, bytes, (int) at - 1, dictionary, out, row);
          }
        };
    return new ArrayKernel(array, place, element, dictionary, new Operation(function, null));
  }

  /** The texts of the elements that are not null, with a string between them. */
  static Kernel toText(Kernel array, Kernel between, Dictionary dictionary, String text) {
    Type element = array.type().elementType();
    Column elements = new Column();
    Function function =
        (bytes, code, out, row) -> {
          int count = ArrayBytes.count(bytes);
          elements.reset(count);
          ArrayBytes.decode(element, bytes, dictionary, elements, 0);
          String separator = dictionary.string(code);
          StringBuilder joined = new StringBuilder();
          boolean isFirst = true;
          for (int i = 0; i < count; i++) {
            if (!elements.isNull(i)) {
              append(joined, isFirst ? "" : separator);
              append(joined, textOf(element, elements.word(i), dictionary));
              isFirst = false;
            }
          }
          out.set(row, dictionary.intern(joined.toString()));
        };
    return new ArrayKernel(array, between, Type.STRING, dictionary, new Operation(function, text));
  }

  private static String textOf(Type type, long word, Dictionary dictionary) {
    return type.kind() == Type.Kind.STRING
        ? dictionary.string(word)
        : Casts.format(type, word, dictionary);
  }

  private static void append(StringBuilder joined, String more) {
    Strings.checkLength((long) joined.length() + more.length());
    joined.append(more);
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return text != null || array.canFail() || other.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    Column arrays = array.evaluate(batch, selection, count, errors);
    Column others = other.evaluate(batch, selection, count, errors);
    result.reset(Nulls.rows(batch, count));
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (arrays.isNull(row) || others.isNull(row)) {
        result.setNull(row);
      } else {
        compute(arrays.word(row), others.word(row), row, errors);
      }
    }
    return result;
  }

  private void compute(long code, long word, int row, RowErrors errors) {
    try {
      function.apply(dictionary.bytes(code), word, result, row);
    } catch (Failure e) {
      errors.fail(row, e.getMessage() + ": " + text);
      result.setNull(row);
    }
  }
}
