package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of string operations: those of one string and literals are computed once for each
 * code.
 */
final class StringKernels {
  private final Dictionary dictionary;
  private final String text;

  /**
   * Kernels of one operation.
   *
   * @param text says in the reasons which operation failed
   */
  StringKernels(Dictionary dictionary, String text) {
    this.dictionary = dictionary;
    this.text = text;
  }

  Kernel like(Kernel operand, String patternText) {
    LikePattern pattern = LikePattern.of(patternText);
    if (pattern.isLiteral()) {
      int code = dictionary.intern(pattern.literal());
      dictionary.pin(code);
      return CompareKernels.of(
          Op.EQ, operand, new ConstantKernel(Type.STRING, false, code), dictionary);
    }
    return new StringTestKernel(operand, pattern::matches, dictionary);
  }

  Kernel lower(Kernel operand) {
    return function(operand, string -> string.toLowerCase(Locale.ROOT));
  }

  Kernel upper(Kernel operand) {
    return function(operand, string -> string.toUpperCase(Locale.ROOT));
  }

  Kernel trim(Kernel operand) {
    return function(operand, Strings::trim);
  }

  private Kernel function(Kernel operand, UnaryOperator<String> function) {
    return function(operand, function, null);
  }

  private Kernel function(
      Kernel operand, UnaryOperator<String> function, @Nullable String failing) {
    return new StringFunctionKernel(
        operand,
        Type.STRING,
        string -> dictionary.intern(function.apply(string)),
        dictionary,
        failing);
  }

  /** The number of code points; quicker to count than to look up. */
  Kernel length(Kernel operand) {
    return ScalarKernel.unary(
        operand,
        Type.LONG,
        (code, none) -> {
          String string = dictionary.string(code);
          return string.codePointCount(0, string.length());
        },
        null);
  }

  /** From a position, and for a length where there is a third argument. */
  Kernel substring(List<Kernel> arguments) {
    Kernel string = arguments.get(0);
    boolean hasLength = arguments.size() > 2;
    boolean isFixed =
        arguments.subList(1, arguments.size()).stream()
            .allMatch(k -> k instanceof ConstantKernel constant && !constant.isNull());
    if (!isFixed) {
      return new StringRowKernel(
          arguments,
          (words, strings) ->
              hasLength
                  ? Strings.substring(strings.string(words[0]), words[1], words[2])
                  : Strings.substring(strings.string(words[0]), words[1]),
          dictionary,
          hasLength ? text : null);
    }
    long from = ((ConstantKernel) arguments.get(1)).word();
    long length = hasLength ? ((ConstantKernel) arguments.get(2)).word() : 0;
    return new StringFunctionKernel(
        string,
        Type.STRING,
        s ->
            dictionary.intern(
                hasLength ? Strings.substring(s, from, length) : Strings.substring(s, from)),
        dictionary,
        length < 0 ? text : null);
  }

  /**
   * All strings joined; those of literals around one other are computed once for each of its codes.
   * The result has a bound, because it may double with each concatenation.
   */
  Kernel concat(List<Kernel> arguments) {
    List<Kernel> variable =
        arguments.stream().filter(k -> !(k instanceof ConstantKernel c) || c.isNull()).toList();
    if (variable.size() == 1) {
      int at = arguments.indexOf(variable.get(0));
      String before = constants(arguments.subList(0, at));
      String after = constants(arguments.subList(at + 1, arguments.size()));
      return function(
          variable.get(0),
          string -> {
            Strings.checkLength((long) before.length() + string.length() + after.length());
            return before + string + after;
          },
          text);
    }
    return new StringRowKernel(
        arguments,
        (words, strings) -> {
          StringBuilder joined = new StringBuilder();
          for (long word : words) {
            String string = strings.string(word);
            Strings.checkLength((long) joined.length() + string.length());
            joined.append(string);
          }
          return joined.toString();
        },
        dictionary,
        text);
  }

  private String constants(List<Kernel> kernels) {
    StringBuilder joined = new StringBuilder();
    for (Kernel kernel : kernels) {
      joined.append(dictionary.string(((ConstantKernel) kernel).word()));
    }
    return joined.toString();
  }
}
