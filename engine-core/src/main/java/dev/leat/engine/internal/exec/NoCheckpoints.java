package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.function.LongConsumer;

/** What an engine without files has in place of checkpoints. */
final class NoCheckpoints implements Checkpointing {
  @Override
  public void startThread() {}

  @Override
  public void passed(long position, long recordBytes) {}

  @Override
  public void changed() {}

  @Override
  public void onOldest(LongConsumer listener) {}

  @Override
  public void takeIfDue() {}

  @Override
  public void logIsFull() {}

  @Override
  public long take() {
    throw none();
  }

  @Override
  public CheckpointFacts facts() {
    throw none();
  }

  private static EngineException none() {
    return new EngineException(
        Kind.INVALID,
        "an engine in memory has no checkpoints; open one on a directory with Engine.open");
  }

  @Override
  public void stop() {}

  @Override
  public void close() {}

  @Override
  public void takeLast() {}
}
