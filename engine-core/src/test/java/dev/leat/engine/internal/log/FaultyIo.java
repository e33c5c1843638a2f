package dev.leat.engine.internal.log;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The real files, with faults that a test switches on and off. */
public final class FaultyIo implements Io {
  /** Something that may go wrong, or block, for a path. */
  @FunctionalInterface
  public interface Fault {
    void before(Path path) throws IOException;
  }

  private static final Fault NONE = path -> {};

  private final Io real = SystemIo.INSTANCE;
  public volatile Fault onForce = NONE;
  public volatile Fault onWrite = NONE;
  public volatile Fault onDelete = NONE;
  public volatile Fault onUsableSpace = NONE;
  public volatile @Nullable Supplier<Long> usableSpace;
  public volatile long aheadMillis;

  public static Fault failing(String name) {
    return path -> {
      if (path.toString().contains(name)) {
        throw new IOException("planted fault: " + name);
      }
    };
  }

  public void heal() {
    onForce = NONE;
    onWrite = NONE;
    onDelete = NONE;
    onUsableSpace = NONE;
    usableSpace = null;
  }

  @Override
  public IoFile open(Path file, Access access) throws IOException {
    return new FaultyFile(file, real.open(file, access));
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return real.exists(path);
  }

  @Override
  public long lastModifiedMillis(Path file) throws IOException {
    return real.lastModifiedMillis(file);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return real.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    real.createDirectories(directory);
  }

  @Override
  public void delete(Path path) throws IOException {
    onDelete.before(path);
    real.delete(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    real.rename(from, to);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    onForce.before(directory);
    real.forceDirectory(directory);
  }

  @Override
  public long usableSpace(Path path) throws IOException {
    onUsableSpace.before(path);
    @Nullable Supplier<Long> fake = usableSpace;
    return fake == null ? real.usableSpace(path) : fake.get();
  }

  @Override
  public IoLock lock(Path file, String note) throws IOException {
    return real.lock(file, note);
  }

  @Override
  public long nanoTime() {
    return real.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return real.currentTimeMillis() + aheadMillis;
  }

  @Override
  public UUID newId() {
    return real.newId();
  }

  private final class FaultyFile implements IoFile {
    private final Path path;
    private final IoFile file;

    FaultyFile(Path path, IoFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int length) throws IOException {
      return file.read(position, buffer, offset, length);
    }

    @Override
    public void write(long position, byte[] buffer, int offset, int length) throws IOException {
      onWrite.before(path);
      file.write(position, buffer, offset, length);
    }

    @Override
    public void force() throws IOException {
      onForce.before(path);
      file.force();
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
