package dev.leat.engine.testkit;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of the operating system, without waiting for the disk, and with as much space as
 * anybody wants: for processes that die and power that goes only in a simulation, thousands of
 * times.
 */
final class UnforcedIo implements Io {
  /** The one instance. */
  static final UnforcedIo INSTANCE = new UnforcedIo();

  private static final long SPACE = 1L << 40;

  private final Io files = SystemIo.INSTANCE;

  private UnforcedIo() {}

  @Override
  public IoFile open(Path file, Access access) throws IOException {
    return new UnforcedFile(files.open(file, access));
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return files.exists(path);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return files.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    files.createDirectories(directory);
  }

  @Override
  public void delete(Path path) throws IOException {
    files.delete(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    files.rename(from, to);
  }

  @Override
  public void forceDirectory(Path directory) {
    // What is in the page cache survives all that happens here.
  }

  @Override
  public long usableSpace(Path path) {
    return SPACE;
  }

  @Override
  public IoLock lock(Path file, String note) throws IOException {
    return files.lock(file, note);
  }

  @Override
  public long nanoTime() {
    return files.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return files.currentTimeMillis();
  }

  private record UnforcedFile(IoFile file) implements IoFile {
    @Override
    public int read(long position, byte[] buffer, int offset, int length) throws IOException {
      return file.read(position, buffer, offset, length);
    }

    @Override
    public void write(long position, byte[] buffer, int offset, int length) throws IOException {
      file.write(position, buffer, offset, length);
    }

    @Override
    public void force() {
      // See forceDirectory.
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
