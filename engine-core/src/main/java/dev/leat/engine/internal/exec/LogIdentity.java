package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Which log a position is of: a name in a file beside it, made when the first sink asks. A sink
 * stores it, so that the positions of one log are never taken for those of another.
 */
public final class LogIdentity {
  private static final String FILE = "log-id";
  private static final int LENGTH = 36;

  private LogIdentity() {}

  /**
   * The name of the log in a directory, which is locked by the caller.
   *
   * @param names makes a new one, if there is none
   * @throws EngineException UNAVAILABLE if it can be neither read nor written, CORRUPT if it is
   *     damaged
   */
  public static String of(Io io, Path directory, Supplier<UUID> names) {
    Path path = directory.resolve(FILE);
    try {
      return io.exists(path) ? read(io, path) : write(io, path, names.get());
    } catch (IOException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the name of the log can be neither read nor written: file=" + path + " cause=" + e,
          e);
    }
  }

  private static String read(Io io, Path path) throws IOException {
    byte[] bytes = new byte[LENGTH];
    try (IoFile file = io.open(path, Io.Access.READ)) {
      int count = file.read(0, bytes, 0, LENGTH);
      return UUID.fromString(new String(bytes, 0, count, StandardCharsets.US_ASCII)).toString();
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          Kind.CORRUPT,
          "the name of the log is damaged, and sinks would not know whose positions they have;"
              + " restore it from a backup: file="
              + path,
          e);
    }
  }

  private static String write(Io io, Path path, UUID name) throws IOException {
    Path draft = path.resolveSibling(FILE + ".draft");
    byte[] bytes = name.toString().getBytes(StandardCharsets.US_ASCII);
    try (IoFile file = io.open(draft, Io.Access.CREATE)) {
      file.truncate(0);
      file.write(0, bytes, 0, bytes.length);
      file.force();
    }
    io.rename(draft, path);
    io.forceDirectory(directoryOf(path));
    return name.toString();
  }

  private static Path directoryOf(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IOException("no directory: file=" + path);
    }
    return parent;
  }
}
