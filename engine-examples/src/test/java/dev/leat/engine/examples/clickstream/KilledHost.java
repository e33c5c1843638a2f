package dev.leat.engine.examples.clickstream;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Position;
import dev.leat.engine.StreamInput;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A program that is killed: appends events one by one to an engine on a directory and prints how
 * many are acknowledged. At its start it prints how many there are, and whether the views hold
 * exactly these.
 */
public final class KilledHost {
  /** Each few events, so that it is killed at every point of taking one, too. */
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults()
          .withCheckpoints(
              CheckpointSettings.defaults().withInterval(Duration.ofMillis(20)).withLogBytes(1000));

  private KilledHost() {}

  /** The directory, and how many events there are to be in the end. */
  public static void main(String[] args) {
    int wanted = Integer.parseInt(args[1]);
    say("START");
    try (Engine engine = Engine.open(Path.of(args[0]), ClickstreamPipeline.define(), SETTINGS)) {
      int held = (int) Report.accepted(engine);
      boolean isRight = Tables.of(engine, held).equals(Tables.expected(held));
      say("OPEN " + held + (isRight ? " right" : " WRONG " + Tables.of(engine, held)));
      StreamInput<ClickEvent> events = engine.stream(ClickstreamPipeline.EVENTS, ClickEvent.class);
      for (int i = held; i < wanted; i++) {
        Position at = events.append(TestEvents.event(i));
        say("ACK " + (i + 1));
        engine.view("funnel").await(at);
      }
    }
    say("DONE");
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
