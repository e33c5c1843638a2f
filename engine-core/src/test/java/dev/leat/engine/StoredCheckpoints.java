package dev.leat.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The checkpoints of an engine's directory, for tests that want it to replay all of its log. */
final class StoredCheckpoints {
  private StoredCheckpoints() {}

  static void delete(Path directory) {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
