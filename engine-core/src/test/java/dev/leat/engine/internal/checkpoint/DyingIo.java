package dev.leat.engine.internal.checkpoint;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The real files, until a number of calls that change something were made: the next one fails, and
 * so does every later one, as if the process had been killed there; or only that one fails.
 */
public final class DyingIo implements Io {
  private final Io real = SystemIo.INSTANCE;
  private final long failAt;
  private final boolean diesForGood;

  /** What the file system says is left, at most. */
  public volatile long usableSpace = Long.MAX_VALUE;

  private final AtomicLong nanos = new AtomicLong();

  private long calls;
  private boolean isDead;

  private DyingIo(long failAt, boolean diesForGood) {
    this.failAt = failAt;
    this.diesForGood = diesForGood;
  }

  /** Nothing fails. */
  public static DyingIo healthy() {
    return new DyingIo(Long.MAX_VALUE, false);
  }

  /** The call after so many fails, and all that follow. */
  public static DyingIo dyingAfter(long calls) {
    return new DyingIo(calls, true);
  }

  /** The call after so many fails. */
  public static DyingIo failingOnceAfter(long calls) {
    return new DyingIo(calls, false);
  }

  /** How many changing calls there were. */
  public long calls() {
    return calls;
  }

  /** Moves the clock for durations on. */
  public void sleep(long moreNanos) {
    nanos.addAndGet(moreNanos);
  }

  private void change(String what) throws IOException {
    if (isDead) {
      throw new IOException("planted: dead before " + what);
    }
    if (calls == failAt) {
      isDead = diesForGood;
      calls++;
      throw new IOException("planted: " + what);
    }
    calls++;
  }

  @Override
  public IoFile open(Path file, Access access) throws IOException {
    if (access != Access.READ) {
      change("open");
    }
    return new DyingFile(real.open(file, access));
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return real.exists(path);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return real.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    change("mkdir");
    real.createDirectories(directory);
  }

  @Override
  public void delete(Path path) throws IOException {
    change("delete");
    real.delete(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    change("rename");
    real.rename(from, to);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    change("force directory");
    real.forceDirectory(directory);
  }

  @Override
  public long lastModifiedMillis(Path file) throws IOException {
    return real.lastModifiedMillis(file);
  }

  @Override
  public long usableSpace(Path path) throws IOException {
    return Math.min(usableSpace, real.usableSpace(path));
  }

  @Override
  public IoLock lock(Path file, String note) throws IOException {
    return real.lock(file, note);
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public long currentTimeMillis() {
    return 1234;
  }

  @Override
  public UUID newId() {
    return new UUID(0, calls);
  }

  private final class DyingFile implements IoFile {
    private final IoFile file;

    DyingFile(IoFile file) {
      this.file = file;
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int length) throws IOException {
      return file.read(position, buffer, offset, length);
    }

    @Override
    public void write(long position, byte[] buffer, int offset, int length) throws IOException {
      if (calls == failAt) {
        file.write(position, buffer, offset, length / 2); // torn
      }
      change("write");
      file.write(position, buffer, offset, length);
    }

    @Override
    public void force() throws IOException {
      change("force");
      file.force();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      change("truncate");
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
