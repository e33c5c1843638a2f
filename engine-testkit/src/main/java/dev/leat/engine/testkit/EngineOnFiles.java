package dev.leat.engine.testkit;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.OpenProgress;
import dev.leat.engine.Pipeline;
import dev.leat.engine.internal.io.Io;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Opens engines on files that a test makes fail, and has one say that it was opened that was not.
 * {@code Engine} has methods for both that only this class calls, and calls by reflection, because
 * {@link Io} is no type of its API, and no host has a use for the other.
 */
final class EngineOnFiles {
  private static final MethodHandle OPEN = open();
  private static final MethodHandle NOTE_OPENING = noteOpening();

  private EngineOnFiles() {}

  private static MethodHandle open() {
    try {
      return MethodHandles.privateLookupIn(Engine.class, MethodHandles.lookup())
          .findStatic(
              Engine.class,
              "open",
              MethodType.methodType(
                  Engine.class,
                  Path.class,
                  Pipeline.class,
                  EngineSettings.class,
                  Consumer.class,
                  Io.class,
                  long.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static MethodHandle noteOpening() {
    try {
      return MethodHandles.privateLookupIn(Engine.class, MethodHandles.lookup())
          .findVirtual(Engine.class, "noteOpening", MethodType.methodType(void.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Has the next epoch of an engine say that it was opened now. */
  static void noteOpening(Engine engine) {
    try {
      NOTE_OPENING.invokeExact(engine);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // noteOpening() declares none
    }
  }

  /**
   * Opens an engine.
   *
   * @param hashSeed of the hashes; no result depends on it
   */
  static Engine open(
      Path directory, Pipeline pipeline, EngineSettings settings, Io io, long hashSeed) {
    Consumer<OpenProgress> progress = position -> {};
    try {
      return (Engine) OPEN.invokeExact(directory, pipeline, settings, progress, io, hashSeed);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // open(...) declares none
    }
  }
}
