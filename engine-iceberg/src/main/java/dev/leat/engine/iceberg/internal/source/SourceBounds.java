package dev.leat.engine.iceberg.internal.source;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.parquet.Micros;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.Projections;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a table are wanted: those of a time.
 *
 * @param column of the time
 * @param from from then on, inclusive; empty for from the beginning
 * @param until until then, exclusive; empty for without end
 */
public record SourceBounds(String column, Optional<Instant> from, Optional<Instant> until) {
  private static final long LAST_NANOS = 999;

  public SourceBounds {
    from.ifPresent(SourceBounds::micros);
    until.ifPresent(SourceBounds::micros);
    if (from.isPresent() && until.isPresent() && !from.get().isBefore(until.get())) {
      throw new IllegalArgumentException(
          "no time is in these bounds: from=" + from.get() + " until=" + until.get());
    }
  }

  /**
   * Where the time is in a row.
   *
   * @throws EngineException INVALID if it is no column of the stream, or has no times
   */
  int indexIn(Schema stream, String what) {
    int index = stream.find(column);
    if (index < 0) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " is bounded by a time that the stream does not have: "
              + Names.unknown("column", column, stream.names()));
    }
    Field field = stream.field(index);
    if (field.type().kind() != Type.Kind.INSTANT) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " is bounded by a column that has no times: column="
              + column
              + " type="
              + field.type()
              + "; take one of instants");
    }
    return index;
  }

  /** Is a time within the bounds? Null is not. */
  boolean contains(@Nullable Object time) {
    return time instanceof Instant at
        && (from.isEmpty() || !at.isBefore(from.get()))
        && (until.isEmpty() || at.isBefore(until.get()));
  }

  /** Can a file have rows within the bounds, by what its partition and its statistics say? */
  boolean mayBeIn(DataFile file, Table table) {
    PartitionSpec spec = Objects.requireNonNull(table.specs().get(file.specId()));
    Expression wanted = expression();
    return mayBeIn(file, spec, wanted)
        && new InclusiveMetricsEvaluator(table.schema(), wanted).eval(file);
  }

  private static boolean mayBeIn(ContentFile<?> file, PartitionSpec spec, Expression wanted) {
    return spec.isUnpartitioned()
        || new Evaluator(spec.partitionType(), Projections.inclusive(spec).project(wanted))
            .eval(file.partition());
  }

  private Expression expression() {
    Expression all = Expressions.notNull(column);
    Expression behind =
        from.<Expression>map(time -> Expressions.greaterThanOrEqual(column, micros(time)))
            .orElse(all);
    // Times of tables are whole microseconds: the first that is not before a bound is one, too.
    return until
        .<Expression>map(
            time ->
                Expressions.and(
                    behind, Expressions.lessThan(column, micros(time.plusNanos(LAST_NANOS)))))
        .orElse(behind);
  }

  private static long micros(Instant time) {
    try {
      return Micros.of(time);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("no time of a table can be so far away: " + time, e);
    }
  }
}
