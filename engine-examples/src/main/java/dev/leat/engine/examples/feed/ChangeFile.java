package dev.leat.engine.examples.feed;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import dev.leat.engine.plan.Schema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a relation as lines of JSON in a file, each exactly once, however often the
 * program is restarted or killed: a subscriber that goes on from the position that it had.
 *
 * <pre>{@code
 * alerts.to("alert_file", new ChangeFile(Path.of("alerts.ndjson")));
 * }</pre>
 *
 * <p>What it takes is to store the place in the same step as the changes. Here a second file,
 * {@code alerts.ndjson.place}, has the place and how long the first file was then: it is replaced
 * by a rename when the changes are on disk, and what is behind that length is cut off by the next
 * session. A host whose subscriber writes to a database stores the place in a table there, in the
 * same transaction.
 */
public final class ChangeFile implements Sink {
  private final Path file;
  private final Path placeFile;
  private final Consumer<String> steps;

  /** The changes in a file, which is made with the first commit. */
  public ChangeFile(Path file) {
    this(file, step -> {});
  }

  /**
   * The changes in a file.
   *
   * @param steps is told what is about to be done, and may throw
   */
  ChangeFile(Path file, Consumer<String> steps) {
    this.file = file.toAbsolutePath();
    this.placeFile = this.file.resolveSibling(file.getFileName() + ".place");
    this.steps = steps;
  }

  /** What is stored: the place, and how many bytes of the file are committed. */
  record Stored(SinkPlace place, long bytes) {}

  /** What is stored; empty if nothing is. */
  Optional<Stored> stored() throws IOException {
    if (!Files.exists(placeFile)) {
      return Optional.empty();
    }
    String text = Files.readString(placeFile);
    int end = text.indexOf(' ');
    try {
      long bytes = Long.parseLong(text.substring(0, Math.max(0, end)));
      return Optional.of(new Stored(SinkPlace.parse(text.substring(end + 1)), bytes));
    } catch (NumberFormatException e) {
      throw new EngineException(Kind.CORRUPT, "no place of a sink: file=" + placeFile, e);
    }
  }

  @Override
  public String describe() {
    return "file " + file;
  }

  @Override
  public void check(SinkSource source) {
    for (String own : new String[] {"position", "weight"}) {
      if (source.schema().names().contains(own)) {
        throw new EngineException(
            Kind.INVALID,
            describe() + " has a field '" + own + "' of its own: give the column another name");
      }
    }
  }

  @Override
  public SinkSession open(SinkSource source) {
    try {
      steps.accept("open");
      return new Session(stored().orElse(null));
    } catch (IOException e) {
      throw failed("cannot be opened", e);
    }
  }

  private EngineException failed(String what, IOException cause) {
    return new EngineException(
        Kind.UNAVAILABLE, describe() + " " + what + "; it is tried again: cause=" + cause, cause);
  }

  private final class Session implements SinkSession {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private @Nullable Stored known;

    private Session(@Nullable Stored known) {
      this.known = known;
    }

    @Override
    public Optional<SinkPlace> place() {
      return Optional.ofNullable(known).map(Stored::place);
    }

    @Override
    public void write(SinkChanges changes) {
      steps.accept("write");
      for (int row = 0; row < changes.count(); row++) {
        written.writeBytes(line(changes, row).getBytes(StandardCharsets.UTF_8));
      }
    }

    @Override
    public void commit(SinkPlace place) {
      Path parent = file.getParent();
      try {
        Files.createDirectories(parent);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock only = channel.tryLock()) {
          if (only == null || !stored().equals(Optional.ofNullable(known))) {
            throw new EngineException(Kind.UNAVAILABLE, describe() + " has another writer");
          }
          known = append(channel, place);
          written.reset();
        }
      } catch (OverlappingFileLockException e) {
        throw new EngineException(Kind.UNAVAILABLE, describe() + " has another writer", e);
      } catch (IOException e) {
        throw failed("was not written, or that is not known", e);
      }
    }

    private Stored append(FileChannel channel, SinkPlace place) throws IOException {
      Stored before = known;
      long committed = before == null ? 0 : before.bytes();
      steps.accept("before the changes");
      channel.truncate(committed);
      channel.position(committed);
      writeAll(channel, written.toByteArray());
      Stored after = new Stored(place, channel.position());
      Path draft = placeFile.resolveSibling(placeFile.getFileName() + ".draft");
      try (FileChannel out =
          FileChannel.open(
              draft,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeAll(out, (after.bytes() + " " + place.text()).getBytes(StandardCharsets.UTF_8));
      }
      steps.accept("before the place");
      Files.move(draft, placeFile, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory();
      steps.accept("after the place, before the reply");
      return after;
    }

    private void writeAll(FileChannel channel, byte[] bytes) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }

    private void forceDirectory() throws IOException {
      try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
        directory.force(true);
      }
    }

    @Override
    public void close() {
      written.reset();
    }
  }

  private static String line(SinkChanges changes, int row) {
    StringBuilder line = new StringBuilder("{\"position\":").append(changes.position().value());
    line.append(",\"weight\":").append(changes.weight(row));
    Schema schema = changes.schema();
    for (int c = 0; c < schema.size(); c++) {
      line.append(',').append(quoted(schema.field(c).name())).append(':');
      Object value = changes.valueAt(row, c);
      boolean isPlain = value == null || value instanceof Number || value instanceof Boolean;
      line.append(isPlain ? value : quoted(String.valueOf(value)));
    }
    return line.append("}\n").toString();
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
