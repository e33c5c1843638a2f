package dev.leat.engine.iceberg.internal.catalog;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of this machine, without Hadoop. A file that was written survives a power cut when its
 * stream is closed: what a commit refers to is there before the commit is.
 *
 * <p>Locations are {@code file://} and a path, as it is: what Iceberg escapes in names of
 * partitions stays escaped.
 */
public final class LocalFileIO implements FileIO, SupportsPrefixOperations {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LocalFileIO.class);
  private static final String SCHEME = "file:";
  private static final int BUFFER_BYTES = 1 << 16;

  private final transient Steps steps;

  LocalFileIO(Steps steps) {
    this.steps = steps;
  }

  /** The location of a file. */
  public static String location(Path path) {
    return "file://" + path.toAbsolutePath();
  }

  /** The file at a location. */
  public static Path path(String location) {
    boolean isFile = location.startsWith(SCHEME);
    if (!isFile && location.contains("://")) {
      throw new EngineException(
          Kind.INVALID,
          "a table is in a store that the lake does not name; give it by"
              + " Lake.rest(...).storedIn(S3Store...): location="
              + location);
    }
    String path = isFile ? location.substring(SCHEME.length()) : location;
    return Path.of(path.startsWith("//") ? path.substring(2) : path);
  }

  /** What Iceberg calls files of such a name. */
  static String what(String location) {
    if (location.endsWith(".metadata.json")) {
      return "metadata file";
    }
    if (location.endsWith(".avro")) {
      return location.contains("/snap-") ? "manifest list" : "manifest";
    }
    return location.endsWith(".puffin") ? "deletion vector" : "data file";
  }

  @Override
  public InputFile newInputFile(String location) {
    return new Input(location);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new Output(location, steps);
  }

  @Override
  public void deleteFile(String location) {
    steps.at("before a file is deleted");
    try {
      Files.delete(path(location));
    } catch (NoSuchFileException e) {
      throw new NotFoundException(e, "the file is not there: %s", location);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + location, e);
    }
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    Path folder = path(prefix);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<FileInfo> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        addIfThere(file, found);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + prefix, e);
    }
    return found;
  }

  private static void addIfThere(Path file, List<FileInfo> found) throws IOException {
    try {
      found.add(
          new FileInfo(
              location(file), Files.size(file), Files.getLastModifiedTime(file).toMillis()));
    } catch (NoSuchFileException e) {
      // Somebody has deleted it since it was listed.
      LOG.debug("a file is gone: {}", file, e);
    }
  }

  @Override
  public void deletePrefix(String prefix) {
    for (FileInfo file : listPrefix(prefix)) {
      deleteFile(file.location());
    }
  }

  private record Input(String location) implements InputFile {
    @Override
    public long getLength() {
      try {
        return Files.size(path(location));
      } catch (NoSuchFileException e) {
        throw new NotFoundException(e, "the file is not there: %s", location);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + location, e);
      }
    }

    @Override
    public SeekableInputStream newStream() {
      try {
        return new InputStreamOfFile(FileChannel.open(path(location), StandardOpenOption.READ));
      } catch (NoSuchFileException e) {
        throw new NotFoundException(e, "the file is not there: %s", location);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + location, e);
      }
    }

    @Override
    public boolean exists() {
      return Files.exists(path(location));
    }
  }

  private record Output(String location, Steps steps) implements OutputFile {
    @Override
    public PositionOutputStream create() {
      return open(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return open(
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    }

    private PositionOutputStream open(OpenOption... options) {
      Path path = path(location);
      String what = what(location);
      steps.at("before a " + what + " is made");
      try {
        Files.createDirectories(Objects.requireNonNull(path.getParent(), location));
        return new OutputStreamOfFile(path, FileChannel.open(path, options), what, steps);
      } catch (FileAlreadyExistsException e) {
        throw new AlreadyExistsException(e, "the file is there already: %s", location);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + location, e);
      }
    }

    @Override
    public InputFile toInputFile() {
      return new Input(location);
    }
  }

  private static final class InputStreamOfFile extends SeekableInputStream {
    private final FileChannel channel;

    private InputStreamOfFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long getPos() throws IOException {
      return channel.position();
    }

    @Override
    public void seek(long position) throws IOException {
      FileChannel unused = channel.position(position);
    }

    @Override
    public int read() throws IOException {
      ByteBuffer one = ByteBuffer.allocate(1);
      return channel.read(one) < 0 ? -1 : one.get(0) & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return length == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class OutputStreamOfFile extends PositionOutputStream {
    private final Path path;
    private final FileChannel channel;
    private final OutputStream out;
    private final String what;
    private final Steps steps;
    private long position;

    private OutputStreamOfFile(Path path, FileChannel channel, String what, Steps steps) {
      this.path = path;
      this.channel = channel;
      this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
      this.what = what;
      this.steps = steps;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      position += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      if (!channel.isOpen()) {
        return;
      }
      try (channel) {
        out.flush();
        if (steps.isForced()) {
          channel.force(true);
        }
      }
      if (steps.isForced() && File.separatorChar == '/') {
        // Elsewhere a directory cannot be opened, and need not be.
        Path parent = Objects.requireNonNull(path.getParent(), "parent");
        try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
          directory.force(true);
        }
      }
      steps.at("after a " + what + " was written");
    }
  }
}
