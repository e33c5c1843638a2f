package dev.leat.engine.internal.op;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.desc;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The first rows are those of a sorted list, and are told in the same order, whatever lies in front
 * and behind, and what a change costs does not grow with the rows behind.
 */
class TopOperatorTest {
  private static final int TEXTS = 30;
  private static final Schema SCHEMA =
      Schema.builder()
          .required("part", Type.LONG)
          .nullable("text", Type.STRING)
          .required("n", Type.LONG)
          .required("id", Type.LONG)
          .build();

  /** One row; a text of -1 is null. */
  private record Item(long part, int text, long n, long id) {}

  /** Changes of an epoch: items with weights. */
  private static final class Changes implements Operator {
    private final boolean isKeyed;
    private Batch batch = new Batch(SCHEMA.size());

    Changes(boolean isKeyed) {
      this.isKeyed = isKeyed;
    }

    void set(List<Item> items, List<Long> weights) {
      batch = new Batch(SCHEMA.size());
      for (int c = 0; c < SCHEMA.size(); c++) {
        batch.column(c).reset(items.size());
      }
      int[] numbers = new int[items.size()];
      for (int i = 0; i < items.size(); i++) {
        Item item = items.get(i);
        batch.column(0).set(i, item.part());
        if (item.text() < 0) {
          batch.column(1).setNull(i);
        } else {
          // The codes are 0 and up, in the order in which the texts were put in.
          batch.column(1).set(i, item.text());
        }
        batch.column(2).set(i, item.n());
        batch.column(3).set(i, item.id());
        numbers[i] = (int) item.id();
      }
      batch.fill(items.size(), weights.stream().mapToLong(w -> w).toArray());
      if (isKeyed) {
        batch.number(numbers);
      }
    }

    @Override
    public void step() {}

    @Override
    public Batch output() {
      return batch;
    }

    @Override
    public StateImage capture() {
      return StateImage.EMPTY;
    }

    @Override
    public void restore(StateReader in) {
      throw new IllegalStateException("it keeps nothing");
    }
  }

  private static Dictionary dictionary(long seed) {
    Dictionary dictionary = new Dictionary(new Hashing(seed));
    for (int t = 0; t < TEXTS; t++) {
      assertThat(dictionary.intern(text(t))).isEqualTo(t);
    }
    return dictionary;
  }

  private static String text(int number) {
    return "https://pages/" + number % 3 + (char) ('z' - number);
  }

  /** A query over items, keyed or not. */
  private record Query(boolean isKeyed, boolean isParted, long offset, long limit) {
    static Query random(Random random) {
      long limit = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(6);
      return new Query(
          random.nextBoolean(), random.nextBoolean(), random.nextBoolean() ? 0 : 3, limit);
    }

    Top top() {
      Pipeline pipeline =
          Pipeline.define(
              p -> {
                Relation<Row> items =
                    isKeyed
                        ? p.table("items", SCHEMA).primaryKey("id")
                        : p.table("items", SCHEMA).keyless();
                (isParted
                        ? items.partitionBy("part").orderBy(desc("n"), asc("text"))
                        : items.orderBy(desc("n"), asc("text")))
                    .offset(offset)
                    .limit(limit)
                    .materialize("first");
              });
      return (Top) pipeline.plan().views().get(0).relation();
    }

    Map<Item, Long> expected(List<Item> all) {
      Comparator<Item> order =
          Comparator.comparingLong((Item item) -> -item.n())
              .thenComparing(
                  item -> item.text() < 0 ? null : text(item.text()),
                  Comparator.nullsLast(Comparator.naturalOrder()))
              .thenComparingLong(Item::part)
              .thenComparingLong(Item::id);
      Map<Long, List<Item>> parts = new TreeMap<>();
      all.forEach(
          item ->
              parts.computeIfAbsent(isParted ? item.part() : 0, p -> new ArrayList<>()).add(item));
      Map<Item, Long> first = new HashMap<>();
      for (List<Item> part : parts.values()) {
        part.stream()
            .sorted(order)
            .skip(offset)
            .limit(limit)
            .forEach(item -> first.merge(item, 1L, Long::sum));
      }
      return first;
    }
  }

  /** Takes rows of a batch into a multiset of items; gives them as text, in their order. */
  private static List<String> take(Batch out, Map<Item, Long> into) {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < out.count(); i++) {
      int row = out.row(i);
      int text = out.column(1).isNull(row) ? -1 : (int) out.column(1).word(row);
      Item item =
          new Item(out.column(0).word(row), text, out.column(2).word(row), out.column(3).word(row));
      into.merge(item, out.weight(row), (a, b) -> a + b == 0 ? null : a + b);
      told.add(item + " " + out.weight(row));
    }
    return told;
  }

  /** One of several operators that are given the same. */
  private static final class Subject {
    private final Query query;
    private final Changes changes;
    private final Dictionary dictionary;
    private TopOperator operator;
    private final Map<Item, Long> told = new HashMap<>();

    Subject(Query query, long seed, FrontSize size) {
      this.query = query;
      this.changes = new Changes(query.isKeyed());
      this.dictionary = dictionary(seed);
      this.operator = new TopOperator(query.top(), changes, dictionary, size);
    }

    List<String> step(List<Item> items, List<Long> weights) {
      changes.set(items, weights);
      operator.step();
      return take(operator.output(), told);
    }

    void restart(FrontSize size) {
      TopOperator restored = new TopOperator(query.top(), changes, dictionary, size);
      restored.restore(StateBytes.of(operator.capture()).reader());
      operator = restored;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void firstRowsAreThoseOfASortedListAndToldInTheSameOrder(int block) {
    for (int seed = 100 * block; seed < 100 * block + 60; seed++) {
      Random random = new Random(seed);
      Query query = Query.random(random);
      long told = query.offset() + query.limit();
      FrontSize small = new FrontSize(told + 1, told + 3, 1 + random.nextInt(3));
      List<Subject> subjects =
          List.of(
              new Subject(query, seed, FrontSize.of(told)),
              new Subject(query, seed + 1, small),
              new Subject(query, seed + 2, small));
      Map<Long, Item> model = new TreeMap<>();
      int ids = 1 + random.nextInt(150);
      for (int epoch = 0; epoch < 25; epoch++) {
        Epoch changed = new Epoch(query.isKeyed(), new HashSet<>());
        int changes = 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 12);
        boolean isDraining = random.nextInt(5) == 0;
        for (int c = 0; c < changes; c++) {
          changed.change(random, isDraining, random.nextInt(ids), model);
        }
        List<String> first = subjects.get(0).step(changed.items, changed.weights);
        Map<Item, Long> expected = query.expected(List.copyOf(model.values()));
        assertThat(subjects.get(0).told).as("seed=%s %s", seed, query).isEqualTo(expected);
        for (Subject subject : subjects.subList(1, subjects.size())) {
          assertThat(subject.step(changed.items, changed.weights))
              .as("seed=%s %s", seed, query)
              .isEqualTo(first);
        }
        if (random.nextInt(3) == 0) {
          subjects.get(2).restart(small);
        }
      }
    }
  }

  /** Changes of one epoch; of a key there is one at most. */
  private record Epoch(
      boolean isKeyed, Set<Long> changedIds, List<Item> items, List<Long> weights) {
    Epoch(boolean isKeyed, Set<Long> changedIds) {
      this(isKeyed, changedIds, new ArrayList<>(), new ArrayList<>());
    }

    /** Puts one item, or takes one away: any, or the best one. */
    void change(Random random, boolean isDraining, long any, Map<Long, Item> model) {
      long id = any;
      if (isDraining && !model.isEmpty()) {
        id =
            model.entrySet().stream()
                .max(Comparator.comparingLong(entry -> entry.getValue().n()))
                .orElseThrow()
                .getKey();
      }
      if (!changedIds.add(id) && isKeyed) {
        return;
      }
      Item old = model.remove(id);
      if (old != null) {
        items.add(old);
        weights.add(-1L);
      }
      if (!isDraining && random.nextInt(4) != 0) {
        long n = random.nextInt(random.nextBoolean() ? 4 : 400);
        // Without a key, rows are equal more often.
        Item item =
            new Item(random.nextInt(2), random.nextInt(-1, TEXTS), n, isKeyed ? id : id % 3);
        model.put(id, item);
        items.add(item);
        weights.add(1L);
      }
    }
  }

  /** What changes cost, at a number of rows: moves behind, and rows in order. */
  private static double[] costs(int size, boolean isQueue) {
    Query query = new Query(true, false, 0, 10);
    Subject subject = new Subject(query, 5, FrontSize.of(10));
    Random random = new Random(size);
    Item[] items = new Item[size];
    List<Item> batch = new ArrayList<>();
    List<Long> weights = new ArrayList<>();
    for (int id = 0; id < size; id++) {
      items[id] = new Item(0, id % TEXTS, isQueue ? size - id : 0, id);
      batch.add(items[id]);
      weights.add(1L);
      if (batch.size() == 1024 || id == size - 1) {
        subject.step(batch, weights);
        batch.clear();
        weights.clear();
      }
    }
    long before = subject.operator.movesBehind();
    int changes = 20_000;
    int most = 0;
    for (int c = 0; c < changes; c++) {
      int id = isQueue ? c % size : random.nextInt(size);
      Item old = items[id];
      items[id] = new Item(0, old.text(), isQueue ? -c : old.n() + 1, id);
      batch.addAll(List.of(old, items[id]));
      weights.addAll(List.of(-1L, 1L));
      if (batch.size() >= 100) {
        subject.step(batch, weights);
        batch.clear();
        weights.clear();
        most = Math.max(most, subject.operator.rowsInFrontAndBehind()[0]);
      }
    }
    assertThat(subject.operator.rowsInFrontAndBehind()[1]).isGreaterThan(size - most - 1);
    return new double[] {(double) (subject.operator.movesBehind() - before) / changes, most};
  }

  @Test
  void whatAChangeCostsDoesNotGrowWithTheRowsBehind() {
    for (int size : new int[] {10_000, 1_000_000}) {
      double[] ofAny = costs(size, false);
      assertThat(ofAny[0]).as("moves of a changed row, of %s", size).isLessThan(1.5);
      assertThat(ofAny[1]).as("rows in order, of %s", size).isLessThan(100);
    }
  }

  @Test
  void whatComesFirstIsTakenAwayAtTheCostOfALogarithm() {
    // Each row is parted from others as often as the logarithm says, once.
    for (int size : new int[] {10_000, 1_000_000}) {
      double[] ofFirst = costs(size, true);
      double allRows = (double) size / 20_000;
      assertThat(ofFirst[0]).as("moves, of %s", size).isLessThan(4 * allRows + 60);
      assertThat(ofFirst[1]).as("rows in order, of %s", size).isLessThan(200);
    }
  }
}
