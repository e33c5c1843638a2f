package dev.leat.engine.internal.io;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Reading and writing go through RandomAccessFile, because a FileChannel is closed under its owner
 * when the thread that uses it is interrupted, and the threads that append and read are the host's.
 *
 * HELD_LOCKS and NEVER_CLOSED are the only static state of the log, and POSIX makes them necessary:
 * a process loses all its locks of a file as soon as it closes any descriptor of that file. A second
 * opener in this process must therefore be turned away before it opens the lock file. Should the same class be
 * loaded twice, the JVM still notices (OverlappingFileLockException); the descriptor that found out
 * is then kept open for good, for the same reason.
 */
/** The files and the clocks of the operating system. */
public final class SystemIo implements Io {
  /** The one instance. */
  public static final SystemIo INSTANCE = new SystemIo();

  private static final Set<Path> HELD_LOCKS = ConcurrentHashMap.newKeySet();
  private static final Set<RandomAccessFile> NEVER_CLOSED = ConcurrentHashMap.newKeySet();
  private static final int MAX_NOTE_BYTES = 256;

  private SystemIo() {}

  @Override
  public IoFile open(Path file, Access access) throws IOException {
    if (access != Access.CREATE && !exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return new SystemFile(file, openNow(file, access == Access.READ ? "r" : "rw"));
  }

  private static RandomAccessFile openNow(Path file, String mode) throws IOException {
    try {
      return new RandomAccessFile(file.toFile(), mode);
    } catch (FileNotFoundException e) {
      if (!Files.isDirectory(file)) {
        throw e;
      }
      NotAFileException failure = new NotAFileException(file);
      failure.initCause(e);
      throw failure;
    }
  }

  @Override
  public boolean exists(Path path) throws IOException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (FileSystemException e) {
      Path parent = path.getParent();
      if (parent != null && !(exists(parent) && Files.isDirectory(parent))) {
        return false; // a file stands where a directory would have to be
      }
      throw e;
    }
  }

  @Override
  public long lastModifiedMillis(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toMillis();
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.sorted().toList();
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.delete(path);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return; // Windows cannot open a directory, and journals names by itself
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new IOException("force failed: directory=" + directory + " cause=" + e.getMessage(), e);
    }
  }

  @Override
  public long usableSpace(Path path) throws IOException {
    File file = path.toFile();
    if (!file.exists()) {
      throw new NoSuchFileException(path.toString());
    }
    return file.getUsableSpace();
  }

  @Override
  public IoLock lock(Path file, String note) throws IOException {
    Path key = file.toAbsolutePath().getParent();
    key = key == null ? file : key.toRealPath().resolve(file.getFileName());
    if (!HELD_LOCKS.add(key)) {
      throw new HeldException("this process, " + note);
    }
    IoLock held = null;
    try {
      held = lockInProcess(key, note);
      return held;
    } catch (HeldException | NotAFileException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("lock failed: file=" + file + " cause=" + e.getMessage(), e);
    } finally {
      if (held == null) {
        HELD_LOCKS.remove(key);
      }
    }
  }

  private static IoLock lockInProcess(Path file, String note) throws IOException {
    RandomAccessFile raf = openNow(file, "rw");
    boolean keepOpen = false;
    try {
      @Nullable FileLock lock = raf.getChannel().tryLock();
      if (lock == null) {
        throw new HeldException(readNote(raf));
      }
      byte[] bytes = (note + "\n").getBytes(StandardCharsets.UTF_8);
      raf.setLength(0);
      raf.write(bytes);
      keepOpen = true;
      return () -> {
        try {
          raf.setLength(0);
        } finally {
          raf.close(); // releases the lock too
          HELD_LOCKS.remove(file);
        }
      };
    } catch (OverlappingFileLockException e) {
      keepOpen = true;
      NEVER_CLOSED.add(raf);
      throw new HeldException("this process, by a class loaded twice");
    } finally {
      if (!keepOpen) {
        raf.close();
      }
    }
  }

  private static String readNote(RandomAccessFile raf) throws IOException {
    byte[] bytes = new byte[MAX_NOTE_BYTES];
    raf.seek(0);
    int length = raf.read(bytes);
    return length <= 0 ? "" : new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public UUID newId() {
    return UUID.randomUUID();
  }

  /** One file; the monitor keeps seek and transfer together. */
  private static final class SystemFile implements IoFile {
    private final Path path;
    private final RandomAccessFile raf;

    SystemFile(Path path, RandomAccessFile raf) {
      this.path = path;
      this.raf = raf;
    }

    @Override
    public synchronized int read(long position, byte[] buffer, int offset, int length)
        throws IOException {
      int done = 0;
      try {
        raf.seek(position);
        while (done < length) {
          int count = raf.read(buffer, offset + done, length - done);
          if (count < 0) {
            break;
          }
          done += count;
        }
      } catch (IOException e) {
        throw failed("read", " offset=" + (position + done), e);
      }
      return done;
    }

    @Override
    public synchronized void write(long position, byte[] buffer, int offset, int length)
        throws IOException {
      try {
        raf.seek(position);
        raf.write(buffer, offset, length);
      } catch (IOException e) {
        throw failed("write", " offset=" + position + " bytes=" + length, e);
      }
    }

    @Override
    public void force() throws IOException {
      try {
        raf.getChannel().force(false);
      } catch (IOException e) {
        throw failed("force", "", e);
      }
    }

    @Override
    public long size() throws IOException {
      try {
        return raf.length();
      } catch (IOException e) {
        throw failed("size", "", e);
      }
    }

    @Override
    public synchronized void truncate(long size) throws IOException {
      try {
        if (raf.length() > size) {
          raf.setLength(size);
        }
      } catch (IOException e) {
        throw failed("truncate", " offset=" + size, e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        raf.close();
      } catch (IOException e) {
        throw failed("close", "", e);
      }
    }

    /** The operating system's message names no file. */
    private IOException failed(String call, String where, IOException cause) {
      return new IOException(
          call + " failed: file=" + path + where + " cause=" + cause.getMessage(), cause);
    }
  }
}
