package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Type;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Unions, intersections and differences, of sets and of multisets. */
class SetOperationsTest {
  record Tag(@Nullable String tag, int n) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Tag> a = p.table("a", Tag.class).keyless();
            Relation<Tag> b = p.table("b", Tag.class).keyless();
            a.union(b).materialize("union_all");
            a.unionDistinct(b).materialize("union");
            a.intersectAll(b).materialize("intersect_all");
            a.intersectDistinct(b).materialize("intersect");
            a.exceptAll(b).materialize("except_all");
            a.exceptDistinct(b).materialize("except");
          });

  private static final Tag X = new Tag("x", 1);
  private static final Tag NULL = new Tag(null, 2);

  private static Map<String, Long> counts(Engine engine, Position at, String view) {
    Map<String, Long> counts = new TreeMap<>();
    for (Row row : engine.view(view).await(at).scan()) {
      counts.merge(String.valueOf(row.value("tag")), 1L, Long::sum);
    }
    return counts;
  }

  @Test
  void rowsAreComparedAsAWholeAndNullsAreEqual() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      KeylessTableInput<Tag> a = engine.keylessTable("a", Tag.class);
      KeylessTableInput<Tag> b = engine.keylessTable("b", Tag.class);
      a.insert(List.of(X, X, X, NULL, NULL, new Tag("y", 1)));
      Position at = b.insert(List.of(X, X, NULL, new Tag("y", 2), new Tag("z", 1)));
      assertThat(counts(engine, at, "union_all"))
          .isEqualTo(Map.of("x", 5L, "null", 3L, "y", 2L, "z", 1L));
      assertThat(counts(engine, at, "union"))
          .isEqualTo(Map.of("x", 1L, "null", 1L, "y", 2L, "z", 1L));
      assertThat(counts(engine, at, "intersect_all")).isEqualTo(Map.of("x", 2L, "null", 1L));
      assertThat(counts(engine, at, "intersect")).isEqualTo(Map.of("x", 1L, "null", 1L));
      assertThat(counts(engine, at, "except_all")).isEqualTo(Map.of("x", 1L, "null", 1L, "y", 1L));
      assertThat(counts(engine, at, "except")).isEqualTo(Map.of("y", 1L));

      b.delete(X);
      at = b.delete(NULL);
      assertThat(counts(engine, at, "intersect_all")).isEqualTo(Map.of("x", 1L));
      assertThat(counts(engine, at, "intersect")).isEqualTo(Map.of("x", 1L));
      assertThat(counts(engine, at, "except_all")).isEqualTo(Map.of("x", 2L, "null", 2L, "y", 1L));
      assertThat(counts(engine, at, "except")).isEqualTo(Map.of("null", 1L, "y", 1L));
      assertThat(engine.view("except").get(null, 2)).isPresent();
      assertThat(engine.view("except").get("x", 1)).isEmpty();
    }
  }

  @Test
  void equalRowsOfAnIntersectionAreJoinedAsOftenAsTheyAreThere() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Tag> tags = p.stream("tags", Tag.class);
              Relation<Tag> common =
                  tags.intersectAll(tags.where(col(Tag::n).gt(0))).acceptGrowth("a test is short");
              common
                  .join(common.select("tag").distinct().prefix("d_"))
                  .on("tag", "d_tag")
                  .materialize("joined");
              common.join(common.prefix("c_")).on("tag", "c_tag").materialize("squared");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.stream("tags", Tag.class).append(List.of(X, X, NULL, X));
      assertThat(counts(engine, at, "joined")).isEqualTo(Map.of("x", 3L));
      assertThat(counts(engine, at, "squared")).isEqualTo(Map.of("x", 9L));
    }
  }

  @Test
  void typesAreBroughtTogetherAndWhatDoesNotGoIsRefused() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> ints = p.stream("a", Tag.class).select("n");
              Relation<Row> longs =
                  p.stream("b", Tag.class).select(col("n").cast(Type.LONG).as("n"));
              Relation<Row> common = ints.intersectDistinct(longs);
              assertThat(common.schema().field(0).type()).isEqualTo(Type.LONG);
              common.materialize("common");
              common.aggregate(count().as("rows")).materialize("size");
              ints.exceptAll(longs).acceptGrowth("a short test").materialize("more");
              assertThatThrownBy(() -> ints.exceptDistinct(p.stream("c", Tag.class).select("tag")))
                  .hasMessageContaining("except of select on stream 'a' with select on stream 'c'")
                  .hasMessageContaining("the columns differ: [n] and [tag]");
              assertThatThrownBy(
                      () -> ints.intersectAll(p.stream("d", Tag.class).select(col("tag").as("n"))))
                  .hasMessageContaining("types do not go together: n int not null and n string");
            });
    assertThat(pipeline.explain())
        .contains(
            "intersect [key [n]; append-only; state: one row for each distinct [n] of its inputs]",
            "except all [no key; updating; state: one row for each distinct [n] of its inputs]");
    try (Engine engine = Engine.inMemory(pipeline)) {
      engine.stream("a", Tag.class).append(List.of(new Tag("p", 7), new Tag("q", 8)));
      Position at = engine.stream("b", Tag.class).append(new Tag("r", 7));
      assertThat(engine.view("common").await(at).get(7L)).isPresent();
      assertThat(engine.view("size").get().orElseThrow().value("rows")).isEqualTo(1L);
      assertThat(engine.view("more").scan()).extracting(row -> row.value("n")).containsExactly(8L);
    }
  }
}
