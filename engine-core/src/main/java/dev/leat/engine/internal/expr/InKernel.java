package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * IN: the operand is evaluated once and compared with every candidate; the answers are combined as
 * by OR, but no candidate is left out, for one that fails makes the row fail. Candidates that are
 * literals with words of the operand's kind are compared word by word, or looked up if there are
 * many.
 */
final class InKernel implements Kernel {
  private static final int FEW = 8;

  private final Kernel operand;
  private final HeldKernel held;
  private final Kernel[] comparisons;
  private final boolean canFail;
  private final Column result = new Column();

  private InKernel(Kernel operand, HeldKernel held, List<Kernel> comparisons) {
    this.operand = operand;
    this.held = held;
    this.comparisons = comparisons.toArray(new Kernel[0]);
    this.canFail = operand.canFail() || comparisons.stream().anyMatch(Kernel::canFail);
  }

  /** Is the operand among the candidates? */
  static Kernel of(Kernel operand, List<Kernel> candidates, Dictionary dictionary) {
    boolean areLiterals =
        candidates.stream()
            .allMatch(
                k ->
                    k instanceof ConstantKernel c
                        && !c.isNull()
                        && CompareKernels.equalWordsMeanEqual(operand.type(), c.type()));
    if (areLiterals) {
      long[] words =
          candidates.stream().mapToLong(k -> ((ConstantKernel) k).word()).sorted().toArray();
      return UnaryKernel.total(operand, Type.BOOLEAN, lookUp(operand.type(), words));
    }
    HeldKernel held = new HeldKernel(operand.type());
    List<Kernel> comparisons = new ArrayList<>();
    for (Kernel candidate : candidates) {
      comparisons.add(CompareKernels.of(Op.EQ, held, candidate, dictionary));
    }
    return new InKernel(operand, held, comparisons);
  }

  private static UnaryKernel.Loop lookUp(Type type, long[] words) {
    if (words.length <= FEW) {
      return (in, out, selection, count) -> compareEach(in, out, selection, count, words);
    }
    if (type.isEncoded()) {
      long[] members = new long[Bits.wordsFor((int) words[words.length - 1] + 1)];
      for (long word : words) {
        Bits.set(members, (int) word);
      }
      return (in, out, selection, count) -> testBits(in, out, selection, count, members);
    }
    return (in, out, selection, count) -> search(in, out, selection, count, words);
  }

  private static boolean compareEach(
      long[] in, long[] out, int @Nullable [] selection, int count, long[] words) {
    if (selection == null) {
      // One pass for each candidate, for such passes are vector instructions.
      Comparisons.equalTo(in, out, null, count, words[0], 0);
      for (int i = 1; i < words.length; i++) {
        Comparisons.orEqualTo(in, out, count, words[i]);
      }
      return false;
    }
    for (int i = 0; i < count; i++) {
      int row = selection[i];
      long word = in[row];
      long found = 0;
      for (long candidate : words) {
        found |= word == candidate ? 1 : 0;
      }
      out[row] = found;
    }
    return false;
  }

  private static boolean testBits(
      long[] in, long[] out, int @Nullable [] selection, int count, long[] members) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) in[row];
      int block = code >>> 6;
      out[row] = block < members.length ? members[block] >>> code & 1 : 0;
    }
    return false;
  }

  private static boolean search(
      long[] in, long[] out, int @Nullable [] selection, int count, long[] words) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Arrays.binarySearch(words, in[row]) >= 0 ? 1 : 0;
    }
    return false;
  }

  @Override
  public Type type() {
    return Type.BOOLEAN;
  }

  @Override
  public boolean canFail() {
    return canFail;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    held.hold(operand.evaluate(batch, selection, count, errors));
    result.reset(Nulls.rows(batch, count));
    Column first = comparisons[0].evaluate(batch, selection, count, errors);
    CaseKernel.copy(first, selection, count, result);
    for (int c = 1; c < comparisons.length; c++) {
      or(comparisons[c].evaluate(batch, selection, count, errors), selection, count);
    }
    return result;
  }

  private void or(Column next, int @Nullable [] selection, int count) {
    boolean hasNulls = result.nulls() != null || next.nulls() != null;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long found = result.word(row) | next.word(row);
      if (found == 0 && hasNulls && (result.isNull(row) || next.isNull(row))) {
        result.setNull(row);
      } else {
        result.set(row, found);
      }
    }
  }
}
