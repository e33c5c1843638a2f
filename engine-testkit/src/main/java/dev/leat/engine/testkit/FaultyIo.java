package dev.leat.engine.testkit;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.testkit.IoCall.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of an engine, with faults: a {@link FaultPlan} says which calls fail. It counts calls,
 * so that a test can go through all of them; see {@link IoCall.Kind} for what is counted.
 *
 * <p>A process can be killed here without a process: {@link #kill} makes every later call fail, so
 * that nothing more reaches a file, and reading {@link #clock} fails too, so that no step succeeds.
 * The engine that is then closed lets go of its files and of its lock as the operating system would
 * make it. {@link #restart} is the next process.
 *
 * <p>Chronicle's own mapping of a log file does not pass through here. Any thread.
 */
public final class FaultyIo implements Io {
  private static final Set<Kind> CHANGES =
      EnumSet.of(Kind.OPEN, Kind.WRITE, Kind.FORCE, Kind.TRUNCATE);

  private final Io inner;
  private final @Nullable TestClock time;
  private final Map<Kind, Long> ofKind = new EnumMap<>(Kind.class);
  private final Map<Path, Long> modified = new HashMap<>();
  private FaultPlan plan = FaultPlan.none();
  private Consumer<IoCall> observer = call -> {};
  private OptionalLong usableSpace = OptionalLong.empty();
  private long number;
  private long calls;
  private int openFiles;
  private boolean isDead;

  private FaultyIo(Io inner, @Nullable TestClock time) {
    this.inner = inner;
    this.time = time;
  }

  /** Faults for an engine with threads, and the clocks of the other. */
  public static FaultyIo around(Io inner) {
    return new FaultyIo(inner, null);
  }

  /**
   * Faults for an engine that has no thread of its own, under a clock that is set: what it does
   * depends on nothing else. The engine's threading must be HOST.
   */
  public static FaultyIo inOneThread(Io inner, TestClock time) {
    return new FaultyIo(inner, time);
  }

  /** Sets which calls fail from now on, and counts from 1 again. */
  public synchronized void inject(FaultPlan next) {
    plan = next;
    number = 0;
    ofKind.clear();
  }

  /** No call fails any more, and there is as much space as there is; the dead stay dead. */
  public synchronized void heal() {
    inject(FaultPlan.none());
    usableSpace = OptionalLong.empty();
  }

  /** From now on the file system says that so many bytes are left. */
  public synchronized void leaveSpace(long bytes) {
    usableSpace = OptionalLong.of(bytes);
  }

  /** The process is dead: nothing it calls has an effect any more. */
  public synchronized void kill() {
    isDead = true;
  }

  /** Is the process dead? */
  public synchronized boolean isDead() {
    return isDead;
  }

  /** The next process starts, without faults. */
  public synchronized void restart() {
    heal();
    isDead = false;
  }

  /** How many calls there were, in all. */
  public synchronized long calls() {
    return calls;
  }

  /** How many files and locks are held: none when the engine is closed, however that went. */
  public synchronized int openFiles() {
    return openFiles;
  }

  private synchronized void held(int change) {
    openFiles += change;
  }

  /** Tells of each call before it is made. */
  public synchronized void observe(Consumer<IoCall> next) {
    observer = next;
  }

  /** The time of day for the engine's settings; a dead process cannot read it. */
  public Clock clock() {
    return new ProcessClock();
  }

  private final class ProcessClock extends Clock {
    @Override
    public Instant instant() {
      if (isDead()) {
        throw new IllegalStateException("the process is dead");
      }
      return time == null ? Clock.systemUTC().instant() : time.instant();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("the engine's time is UTC: zone=" + zone);
    }
  }

  /** Counts a call; what is to go wrong with it, null for nothing. */
  private synchronized @Nullable Fault next(Kind kind, Path path, String where) throws IOException {
    throwIfDead(kind, path);
    calls++;
    number++;
    if (time != null && CHANGES.contains(kind)) {
      modified.put(path, time.millis());
    }
    IoCall call = new IoCall(kind, path, number, ofKind.merge(kind, 1L, Long::sum));
    observer.accept(call);
    @Nullable Fault fault = plan.at(call);
    if (fault == null || !fault.appliesTo(kind)) {
      return null;
    }
    if (fault == Fault.KILL_BEFORE) {
      isDead = true;
      throwIfDead(kind, path);
    }
    if (fault == Fault.EIO && kind != Kind.CLOSE && kind != Kind.UNLOCK) {
      throw failure(kind, path, where, fault);
    }
    if (fault == Fault.ENOSPC && kind != Kind.USABLE_SPACE) {
      throw failure(kind, path, where, fault);
    }
    return fault;
  }

  private synchronized void throwIfDead(Kind kind, Path path) throws IOException {
    if (isDead) {
      throw new IOException("the process is dead: call=" + kind + " file=" + path);
    }
  }

  private static IOException failure(Kind kind, Path path, String where, Fault fault) {
    return new IOException(
        "planted fault: call="
            + kind
            + " file="
            + path
            + where
            + " cause="
            + (fault == Fault.EIO ? "Input/output error" : "No space left on device"));
  }

  /** After a call that was made: the process may die of it. */
  private void after(@Nullable Fault fault, Kind kind, Path path) throws IOException {
    if (fault == Fault.KILL_AFTER) {
      kill();
      throwIfDead(kind, path);
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private void call(Kind kind, Path path, String where, Action action) throws IOException {
    @Nullable Fault fault = next(kind, path, where);
    action.run();
    after(fault, kind, path);
  }

  @Override
  public IoFile open(Path file, Access access) throws IOException {
    @Nullable Fault fault = next(Kind.OPEN, file, " access=" + access);
    IoFile opened = inner.open(file, access);
    if (fault == Fault.KILL_AFTER) {
      opened.close();
    }
    after(fault, Kind.OPEN, file);
    held(1);
    return new FaultyFile(file, opened);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    @Nullable Fault fault = next(Kind.EXISTS, path, "");
    boolean exists = inner.exists(path);
    after(fault, Kind.EXISTS, path);
    return exists;
  }

  @Override
  public long lastModifiedMillis(Path file) throws IOException {
    @Nullable Fault fault = next(Kind.LAST_MODIFIED, file, "");
    long millis = inner.lastModifiedMillis(file);
    after(fault, Kind.LAST_MODIFIED, file);
    synchronized (this) {
      return time == null ? millis : modified.getOrDefault(file, time.millis());
    }
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    @Nullable Fault fault = next(Kind.LIST, directory, "");
    List<Path> paths = inner.list(directory);
    after(fault, Kind.LIST, directory);
    return paths;
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    call(Kind.CREATE_DIRECTORIES, directory, "", () -> inner.createDirectories(directory));
  }

  @Override
  public void delete(Path path) throws IOException {
    call(Kind.DELETE, path, "", () -> inner.delete(path));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    call(Kind.RENAME, from, " to=" + to, () -> inner.rename(from, to));
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    call(Kind.FORCE_DIRECTORY, directory, "", () -> inner.forceDirectory(directory));
  }

  @Override
  public long usableSpace(Path path) throws IOException {
    @Nullable Fault fault = next(Kind.USABLE_SPACE, path, "");
    long space = inner.usableSpace(path);
    after(fault, Kind.USABLE_SPACE, path);
    synchronized (this) {
      return fault == Fault.ENOSPC ? 0 : usableSpace.orElse(space);
    }
  }

  @Override
  public IoLock lock(Path file, String note) throws IOException {
    @Nullable Fault fault = next(Kind.LOCK, file, "");
    IoLock lock = inner.lock(file, note);
    if (fault == Fault.KILL_AFTER) {
      lock.close();
    }
    after(fault, Kind.LOCK, file);
    held(1);
    return () -> release(Kind.UNLOCK, file, lock::close);
  }

  /** Whatever goes wrong, the operating system takes back what a process held. */
  private void release(Kind kind, Path path, Action action) throws IOException {
    held(-1);
    @Nullable Fault fault = null;
    @Nullable IOException died = null;
    if (!isDead()) {
      try {
        fault = next(kind, path, "");
      } catch (IOException e) {
        died = e;
      }
    }
    action.run();
    if (died != null) {
      throw died;
    }
    after(fault, kind, path);
    if (fault == Fault.EIO) {
      throw failure(kind, path, "", fault);
    }
  }

  @Override
  public boolean hasThreads() {
    return time == null && inner.hasThreads();
  }

  @Override
  public long nanoTime() {
    return time == null ? inner.nanoTime() : time.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return time == null ? inner.currentTimeMillis() : time.millis();
  }

  @Override
  public synchronized UUID newId() {
    return time == null ? inner.newId() : new UUID(time.nanoTime(), calls);
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
      @Nullable Fault fault = next(Kind.READ, path, " offset=" + position);
      int read = file.read(position, buffer, offset, length);
      after(fault, Kind.READ, path);
      return read;
    }

    @Override
    public void write(long position, byte[] buffer, int offset, int length) throws IOException {
      String where = " offset=" + position + " bytes=" + length;
      @Nullable Fault fault = next(Kind.WRITE, path, where);
      boolean isShort = fault == Fault.SHORT_WRITE || fault == Fault.KILL_AFTER;
      file.write(position, buffer, offset, isShort ? length / 2 : length);
      after(fault, Kind.WRITE, path);
      if (fault == Fault.SHORT_WRITE) {
        throw failure(Kind.WRITE, path, where, fault);
      }
    }

    @Override
    public void force() throws IOException {
      call(Kind.FORCE, path, "", file::force);
    }

    @Override
    public long size() throws IOException {
      @Nullable Fault fault = next(Kind.SIZE, path, "");
      long size = file.size();
      after(fault, Kind.SIZE, path);
      return size;
    }

    @Override
    public void truncate(long size) throws IOException {
      call(Kind.TRUNCATE, path, " offset=" + size, () -> file.truncate(size));
    }

    @Override
    public void close() throws IOException {
      release(Kind.CLOSE, path, file::close);
    }
  }
}
