package dev.leat.engine;

import dev.leat.engine.plan.ClockRules;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Forgetting;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table being declared: how are its rows told apart?
 *
 * @param <T> the type of the rows
 */
public final class TableDeclaration<T> {
  private final PipelineBuilder builder;
  private final String name;
  private final Schema schema;
  private final Class<T> record;
  private final @Nullable Forgetting forgetting;

  TableDeclaration(PipelineBuilder builder, String name, Schema schema, Class<T> record) {
    this(builder, name, schema, record, null);
  }

  private TableDeclaration(
      PipelineBuilder builder,
      String name,
      Schema schema,
      Class<T> record,
      @Nullable Forgetting forgetting) {
    this.builder = builder;
    this.name = name;
    this.schema = schema;
    this.record = record;
    this.forgetting = forgetting;
  }

  /**
   * The table forgets rows that were not put in for so long by {@link Expressions#now}: they are
   * taken back and freed, as if they were deleted. Putting a row in again, changed or not, keeps
   * it. To delete a row that is not there is then no error, as it may have been forgotten.
   *
   * @param after a millisecond to ten years, in whole microseconds
   */
  public TableDeclaration<T> forgetAfter(Duration after) {
    String place = "forgetAfter on table '" + name + "'";
    if (forgetting != null) {
      throw new EngineException(
          EngineException.Kind.INVALID, place + ": it is said of a table once");
    }
    long micros = ClockRules.forgettingMicros(after, place);
    return new TableDeclaration<>(
        builder, name, schema, record, new Forgetting(micros, builder.tickMicros()));
  }

  /** By key: a row put in takes the place of the one with its key. Key columns are never null. */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final Relation<T> primaryKey(Accessor<T, ?>... columns) {
    return primaryKey(Columns.names(List.of(columns)));
  }

  /** By key: a row put in takes the place of the one with its key. Key columns are never null. */
  public Relation<T> primaryKey(String... columns) {
    Set<String> key = new HashSet<>(List.of(columns));
    schema.select(List.of(columns), "primary key of table '" + name + "'");
    Schema withKey =
        Schema.of(
            schema.fields().stream()
                .map(f -> key.contains(f.name()) ? new Field(f.name(), f.type(), false) : f)
                .toList());
    return relation(new Node.Input(name, Node.InputKind.KEYED_TABLE, withKey, List.of(columns)));
  }

  /** Not at all: it is a multiset, whole rows are inserted and deleted, and equal rows count. */
  public Relation<T> keyless() {
    return relation(new Node.Input(name, Node.InputKind.KEYLESS_TABLE, schema, List.of()));
  }

  private Relation<T> relation(Node.Input input) {
    Node.Input declared = forgetting == null ? input : input.forgetting(forgetting);
    return new Relation<>(builder, builder.add(declared), record);
  }
}
