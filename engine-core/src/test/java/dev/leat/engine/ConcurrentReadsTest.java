package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Readers on other threads see whole epochs only, all views at one position, and snapshots that
 * stay.
 */
class ConcurrentReadsTest {
  /** Money is moved between accounts, so the sum of all is always zero. */
  record Move(String account, long amount) {}

  record Balance(String account, long balance) {}

  private static final int WRITERS = 2;
  private static final int MOVES = 2_000;
  private static final int ACCOUNTS = 700;

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Move> moves = p.stream("moves", Move.class);
            Relation<Row> balances =
                moves
                    .groupBy(Move::account)
                    .aggregate(sum(Move::amount).as("balance"))
                    .select(col("account"), col("balance").coalesce(0L).as("balance"));
            balances.materialize("balances");
            balances.aggregate(sum(col("balance")).as("total")).materialize("total");
            moves.aggregate(count().as("moves")).materialize("moves");
          });

  @Test
  void readersSeeOnePositionWhileOthersWrite() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);
    try (Engine engine = Engine.inMemory(PIPELINE, EngineSettings.defaults().withEpochRows(64))) {
      AtomicBoolean done = new AtomicBoolean();
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.add(threads.submit(() -> write(engine, writer)));
      }
      List<Future<Long>> readers = new ArrayList<>();
      for (int r = 0; r < 2; r++) {
        readers.add(threads.submit(() -> read(engine, done)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      done.set(true);
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
      assertThat(engine.view("moves").get().orElseThrow().values())
          .containsExactly(2L * WRITERS * MOVES);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void slowSubscribersAreToldWholeEpochsOnlyWhileOthersWrite() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    List<Map<String, Long>> sums = new ArrayList<>();
    List<Subscription> subscriptions = new ArrayList<>();
    try (Engine engine = Engine.inMemory(PIPELINE, EngineSettings.defaults().withEpochRows(64))) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.add(threads.submit(() -> write(engine, writer)));
      }
      for (int queueRows : new int[] {1, 10, 1000, 100_000}) {
        Map<String, Long> sum = new HashMap<>();
        sums.add(sum);
        subscriptions.add(
            engine
                .view("balances", Balance.class)
                .subscribe(
                    SubscriptionSettings.defaults().withQueueRows(queueRows).withAttempts(1),
                    changes -> addUp(sum, changes)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      Map<String, Long> expected = new HashMap<>();
      engine
          .view("balances", Balance.class)
          .scan()
          .forEach(b -> expected.put(b.account(), b.balance()));
      for (int i = 0; i < sums.size(); i++) {
        subscriptions.get(i).await(engine.position());
        assertThat(sums.get(i)).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each call leads from one moment to another, at both of which no money is lost. */
  private static void addUp(Map<String, Long> sum, Changes<Balance> changes) {
    for (Change<Balance> change : changes.changes()) {
      Balance row = change.row();
      if (change.weight() < 0) {
        assertThat(sum.remove(row.account())).isEqualTo(row.balance());
      } else {
        assertThat(sum.put(row.account(), row.balance())).isNull();
      }
    }
    assertThat(sum.values().stream().mapToLong(Long::longValue).sum()).isZero();
  }

  private static void write(Engine engine, int writer) {
    StreamInput<Move> moves = engine.stream("moves", Move.class);
    Position last = Position.START;
    for (int i = 0; i < MOVES; i++) {
      String from = "a" + (i * 31 + writer) % ACCOUNTS;
      String to = "a" + (i * 17 + 5) % ACCOUNTS;
      last = moves.append(List.of(new Move(from, -i), new Move(to, i)));
      Balance seen = engine.view("balances", Balance.class).await(last).get(to).orElseThrow();
      assertThat(seen.account()).isEqualTo(to);
    }
    engine.view("moves").await(last);
  }

  private static long read(Engine engine, AtomicBoolean done) {
    long reads = 0;
    while (!done.get() || reads == 0) {
      engine.read(
          snapshot -> {
            List<Balance> balances = snapshot.view("balances", Balance.class).scan();
            assertThat(balances.stream().mapToLong(Balance::balance).sum()).isZero();
            Row total = snapshot.view("total").get().orElseThrow();
            assertThat(total.value("total")).isIn(0L, null);
            long moves = (long) snapshot.view("moves").get().orElseThrow().values().get(0);
            assertThat(moves % 2).isZero();
            assertThat(snapshot.view("balances", Balance.class).scan()).isEqualTo(balances);
            for (Balance balance : balances.subList(0, Math.min(10, balances.size()))) {
              assertThat(snapshot.view("balances", Balance.class).get(balance.account()))
                  .contains(balance);
            }
            return balances.size();
          });
      reads++;
    }
    return reads;
  }
}
