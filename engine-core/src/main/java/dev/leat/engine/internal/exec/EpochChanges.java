package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.plan.Schema;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a view in one epoch, copied as words: the engine's thread copies, once for all
 * subscriptions of the view, and whoever delivers decodes.
 */
public final class EpochChanges implements ViewChanges {
  private final long after;
  private final long position;
  private final Schema schema;
  private final KeyLayout layout;
  private final Dictionary.Values values;
  private final long[] words;
  private final long[] weights;

  /**
   * A copy.
   *
   * @param after where the view was before
   * @param layout of all columns of the view
   * @param values decodes the codes of the batch
   */
  EpochChanges(
      long after,
      long position,
      Schema schema,
      KeyLayout layout,
      Batch batch,
      Dictionary.Values values) {
    this.after = after;
    this.position = position;
    this.schema = schema;
    this.layout = layout;
    this.values = values;
    int stride = layout.stride();
    this.words = new long[Math.multiplyExact(batch.count(), stride)];
    this.weights = new long[batch.count()];
    for (int i = 0; i < weights.length; i++) {
      layout.gather(batch, batch.row(i), words, i * stride);
      weights[i] = batch.weight(batch.row(i));
    }
  }

  @Override
  public Kind kind() {
    return Kind.EPOCH;
  }

  @Override
  public long after() {
    return after;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int count() {
    return weights.length;
  }

  @Override
  public long weight(int index) {
    return weights[index];
  }

  @Override
  public @Nullable Object[] values(int index) {
    @Nullable Object[] decoded = new @Nullable Object[schema.size()];
    for (int c = 0; c < decoded.length; c++) {
      decoded[c] = value(index, c);
    }
    return decoded;
  }

  /** The columns. */
  public Schema schema() {
    return schema;
  }

  /** A value as a Java object; null if it is null. */
  public @Nullable Object value(int index, int column) {
    return isNull(index, column)
        ? null
        : Words.toObject(schema.field(column).type(), word(index, column), values);
  }

  public boolean isNull(int index, int column) {
    return layout.isNull(words, index * layout.stride(), column);
  }

  /** The word of a value that is not null. */
  public long word(int index, int column) {
    return words[index * layout.stride() + column];
  }

  /** What the codes in words are of; see {@link Dictionary.Values#era}. */
  public Object era() {
    return values.era();
  }

  /** A string that is not null. */
  public String string(int index, int column) {
    return values.string(word(index, column));
  }

  /** A decimal that is not null. */
  public BigDecimal decimal(int index, int column) {
    return Words.toDecimal(schema.field(column).type(), word(index, column), values);
  }
}
