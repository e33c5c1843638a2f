package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.log.RecordVisitor;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the runtime does when the log takes no more. */
class EngineRuntimeTest {
  /** A log that refuses records as long as it is told to. */
  private static final class RefusingLog implements EventLog {
    private volatile @Nullable Kind refuses;
    private final List<Integer> formats = new CopyOnWriteArrayList<>();
    private long last;
    private boolean isClosed;

    @Override
    public UUID id() {
      return new UUID(0, 1);
    }

    @Override
    public long append(byte[] payload, int offset, int length) {
      Kind kind = refuses;
      if (kind != null) {
        throw new EngineException(kind, "the log refuses: " + kind);
      }
      formats.add((int) payload[offset]);
      return ++last;
    }

    @Override
    public long lastPosition() {
      return last;
    }

    @Override
    public long syncedPosition() {
      return last;
    }

    @Override
    public void awaitSynced(long position) {}

    @Override
    public void onSynced(LongConsumer listener) {}

    @Override
    public void onSyncFailed(Consumer<EngineException> listener) {}

    @Override
    public long firstPosition() {
      return last + 1;
    }

    @Override
    public void release(long position) {}

    @Override
    public Reader reader(String holder, long from) {
      throw new UnsupportedOperationException(holder);
    }

    @Override
    public Hold hold(String holder, long from) {
      throw new UnsupportedOperationException(holder);
    }

    @Override
    public void replay(long from, RecordVisitor visitor) {}

    @Override
    public void close() {
      isClosed = true;
    }
  }

  private static final Node.Input EVENTS =
      new Node.Input(
          "events",
          Node.InputKind.STREAM,
          Schema.builder().required("text", Type.STRING).build(),
          List.of());
  private static final Plan PLAN =
      new Plan(
          List.of(EVENTS),
          List.of(
              new ViewDefinition(
                  "n",
                  Node.Aggregate.of(
                      EVENTS,
                      List.of(),
                      List.of(new AggregateCall(AggregateFunction.COUNT, null, null, false, "n"))),
                  null)));

  /** The same with a stream, of which no row comes, that has event time. */
  private static final Plan TIMED =
      new Plan(
          List.of(
              EVENTS,
              new Node.Input(
                      "timed",
                      Node.InputKind.STREAM,
                      Schema.builder().required("at", Type.INSTANT).build(),
                      List.of())
                  .withEventTime(new EventTime("at", EventTimeBounds.outOfOrderBy(Duration.ZERO)))),
          PLAN.views());

  private final RefusingLog log = new RefusingLog();

  private EngineRuntime start(boolean ownThread) {
    return start(PLAN, ownThread);
  }

  private EngineRuntime start(Plan plan, boolean ownThread) {
    EngineRuntime runtime =
        new EngineRuntime(
            plan,
            new RuntimeSettings(
                100,
                1 << 20,
                100,
                ownThread,
                false,
                new ProducerLimits(100, Long.MAX_VALUE),
                1L << 30,
                java.util.Set.of()),
            log,
            () -> 0,
            1,
            Optional.empty());
    runtime.start((position, last) -> {});
    return runtime;
  }

  private static long append(EngineRuntime runtime, String text) {
    return new Appender(runtime)
        .append(
            rows -> {
              rows.of(EVENTS).setString(0, text);
              rows.of(EVENTS).commit(StagedRows.PUT);
            });
  }

  private static @Nullable Object count(EngineRuntime runtime) {
    @Nullable Object[] row = runtime.reads().row(runtime.view("n"), new Object[0]);
    return row == null ? null : row[0];
  }

  @Test
  void whenTheLogIsFullTheAppenderIsToldAndItGoesOnWhenThereIsSpace() {
    try (EngineRuntime runtime = start(true)) {
      assertThat(append(runtime, "a")).isEqualTo(1);
      log.refuses = Kind.FULL;
      assertThatThrownBy(() -> append(runtime, "b"))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
      log.refuses = null;
      assertThat(append(runtime, "c")).isEqualTo(2);
      assertThat(runtime.waits().await(2, Long.MAX_VALUE)).isTrue();
      assertThat(count(runtime)).isEqualTo(2L);
    }
  }

  @Test
  void aHostThatStepsCanStepAgainWhenThereIsSpace() {
    try (EngineRuntime runtime = start(false)) {
      assertThat(append(runtime, "a")).isEqualTo(1);
      log.refuses = Kind.FULL;
      assertThatThrownBy(runtime::step).hasMessageContaining("FULL");
      assertThat(append(runtime, "b")).isEqualTo(2);
      assertThatThrownBy(runtime::step).hasMessageContaining("FULL");
      log.refuses = null;
      assertThat(runtime.step()).isEqualTo(1);
      assertThat(runtime.step()).isEqualTo(1);
      assertThat(count(runtime)).isEqualTo(2L);
      assertThat(log.lastPosition()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAFullLogRefusesOfAnOpeningIsSaidByTheNextEpoch(boolean ownThread) {
    try (EngineRuntime runtime = start(TIMED, ownThread)) {
      append(runtime, "a");
      step(runtime);
      assertThat(runtime.waits().await(1, Long.MAX_VALUE)).isTrue();
      runtime.noteOpening();
      log.refuses = Kind.FULL;
      assertThatThrownBy(
              () -> {
                append(runtime, "b");
                step(runtime);
              })
          .hasMessageContaining("FULL");
      log.refuses = null;
      append(runtime, "c");
      step(runtime);
      step(runtime);
      append(runtime, "d");
      step(runtime);
      assertThat(log.formats).startsWith(2, 4).hasSizeGreaterThan(2);
      assertThat(log.formats.subList(2, log.formats.size())).containsOnly(2);
    }
  }

  private static void step(EngineRuntime runtime) {
    if (!runtime.hasOwnThread()) {
      runtime.step();
    }
  }

  @Test
  void aPipelineWithoutEventTimeSaysNothingOfOpenings() {
    try (EngineRuntime runtime = start(false)) {
      append(runtime, "a");
      runtime.step();
      runtime.noteOpening();
      append(runtime, "b");
      runtime.step();
      assertThat(log.formats).containsExactly(2, 2);
    }
  }

  @Test
  void aLogThatFailsForGoodStopsTheEngine() {
    try (EngineRuntime runtime = start(true)) {
      append(runtime, "a");
      log.refuses = Kind.UNAVAILABLE;
      assertThatThrownBy(() -> append(runtime, "b")).hasMessageContaining("the log refuses");
      log.refuses = null;
      assertThatThrownBy(() -> append(runtime, "c"))
          .hasMessageContaining("the engine stopped: the log refuses: UNAVAILABLE");
      assertThat(log.last).isEqualTo(1);
    }
    assertThat(log.isClosed).isTrue();
  }

  @Test
  void oneAppendIsBounded() {
    try (EngineRuntime runtime = start(true)) {
      String text = "x".repeat(1 << 20);
      assertThatThrownBy(
              () ->
                  new Appender(runtime)
                      .append(
                          rows -> {
                            for (int i = 0; i < 17; i++) {
                              rows.of(EVENTS).setString(0, text + i);
                              rows.of(EVENTS).commit(StagedRows.PUT);
                            }
                          }))
          .hasMessageContaining("nothing was appended, split it");
      append(runtime, "a");
      assertThat(runtime.waits().await(1, Long.MAX_VALUE)).isTrue();
      assertThat(count(runtime)).isEqualTo(1L);
    }
  }
}
