package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.SystemIo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host that steps the engine itself can rely on. */
class HostStepsTest {
  record Click(String page) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .groupBy(Click::page)
                  .aggregate(count().as("clicks"))
                  .materialize("pages"));

  private static final EngineSettings SETTINGS =
      EngineSettings.defaults().withThreading(Threading.HOST);

  @TempDir Path directory;

  @Test
  void aStepEndsWhenItsRowsAreAsDurableAsTheyAreToBe() {
    EngineSettings synced = SETTINGS.withDurability(Durability.SYNCED);
    try (Engine engine = Engine.open(directory, PIPELINE, synced)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      for (int i = 0; i < 20; i++) {
        Position at = clicks.append(new Click("/"));
        engine.step();
        assertThat(engine.syncedPosition()).isEqualTo(at);
      }
    }
  }

  @Test
  void anInterruptOfTheThreadThatStepsDoesNotEndTheEngine() {
    EngineSettings synced = SETTINGS.withDurability(Durability.SYNCED);
    try (Engine engine = Engine.open(directory, PIPELINE, synced)) {
      Position at = engine.stream("clicks", Click.class).append(new Click("/"));
      Thread.currentThread().interrupt();
      engine.step();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(engine.syncedPosition()).isEqualTo(at);
      engine.stream("clicks", Click.class).append(new Click("/"));
      assertThat(engine.step()).isEqualTo(1);
    }
  }

  /** The files of the operating system, except that no directory can be made when it is broken. */
  private static Io breakable(AtomicBoolean isBroken) {
    return (Io)
        Proxy.newProxyInstance(
            Io.class.getClassLoader(),
            new Class<?>[] {Io.class},
            (proxy, method, arguments) -> {
              if (isBroken.get() && method.getName().equals("createDirectories")) {
                throw new IOException("planted fault: file=" + arguments[0]);
              }
              try {
                return method.invoke(SystemIo.INSTANCE, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void anEngineThatFailedTakesNoFurtherStep() {
    AtomicBoolean isBroken = new AtomicBoolean();
    Io io = breakable(isBroken);
    Engine engine = Engine.open(directory, PIPELINE, SETTINGS, position -> {}, io, 1);
    engine.stream("clicks", Click.class).append(new Click("/"));
    isBroken.set(true);
    assertThatThrownBy(engine::step).isInstanceOf(EngineException.class);
    isBroken.set(false);
    assertThatThrownBy(engine::step)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("close it and open it again");
    engine.close();
    try (Engine again = Engine.open(directory, PIPELINE, SETTINGS)) {
      assertThat(again.position()).isEqualTo(new Position(0));
      again.stream("clicks", Click.class).append(new Click("/"));
      assertThat(again.step()).isEqualTo(1);
    }
  }

  @Test
  void ofNdjsonNothingIsSaidToBeInThatTheLogDidNotTake() {
    AtomicBoolean isBroken = new AtomicBoolean();
    Io io = breakable(isBroken);
    List<Progress> told = new ArrayList<>();
    byte[] lines = "{\"page\":\"/\"}\n".repeat(60_000).getBytes(StandardCharsets.UTF_8);
    Engine engine = Engine.open(directory, PIPELINE, SETTINGS, position -> {}, io, 1);
    isBroken.set(true);
    assertThatThrownBy(
            () -> engine.ndjson("clicks").append(new ByteArrayInputStream(lines), told::add))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("bytes=0 accepted=0");
    assertThat(told).isEmpty();
    isBroken.set(false);
    engine.close();
    try (Engine again = Engine.open(directory, PIPELINE, SETTINGS)) {
      assertThat(again.acceptedRows().getOrDefault("clicks", 0L)).isZero();
    }
  }
}
