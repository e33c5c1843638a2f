package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.onoes.ExceptionHandler;
import net.openhft.chronicle.core.onoes.NullExceptionHandler;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.SparseRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/*
 * The one class that touches Chronicle. A segment is one queue directory with one .cq4 file: the
 * queue's clock stands still at 0, so that it never rolls. A segment is written by the process that
 * created it and by no other, so no lock of Chronicle's can be stale, and is never mapped again once
 * it is closed.
 *
 * Space. Chronicle maps a block of the file at a time; the file is sparse, and a store to a page that
 * the file system has no room for kills the JVM or surfaces as an InternalError. So every page is
 * filled with zeros through an ordinary write, which can fail in an orderly way, before a record may
 * touch it. Invariant: tail + SLACK_BYTES <= reserved before each append, where the slack covers the
 * index pages that Chronicle may put in front of a record and the word it clears behind it. The
 * mapped block is large only so that the overlap of two blocks (a quarter) holds the largest record;
 * it costs address space, not disk.
 *
 * A failed append leaves Chronicle in an unknown state. The owner then closes the segment, which cuts
 * the file behind the last good record, and goes on in a new one.
 */
/** The segment being written: one Chronicle queue of one file. */
final class ChronicleSegment {
  /** The name that the roll cycle gives the file of cycle 0. */
  static final String FILE_NAME = "19700101-00LS.cq4";

  /** The name of Chronicle's own file beside it. */
  static final String METADATA_NAME = "metadata.cq4t";

  private static final SparseRollCycles ROLL_CYCLE = SparseRollCycles.LARGE_HOURLY_SPARSE;
  private static final int MIB = 1 << 20;
  private static final int WORD_BYTES = 4;
  private static final int SLACK_BYTES = 256 << 10;
  private static final long MIN_BLOCK_BYTES = 64L * MIB;
  private static final long MIN_STEP_BYTES = MIB;
  private static final long MAX_STEP_BYTES = 4L * MIB; // some milliseconds of zeros
  private static final byte[] ZEROS = new byte[64 << 10];

  private final Path directory;
  private final long first;
  private final long minFreeBytes;
  private final long blockBytes;
  private final Io io;
  private final CRC32C crc = new CRC32C();
  private final byte[] header = new byte[RecordFormat.HEADER_BYTES];

  private final ChronicleQueue queue;
  private final ExcerptAppender appender;
  private final IoFile file;
  private long reserved;
  private long tail;
  private boolean areDirectoriesForced; // by the thread that forces

  private ChronicleSegment(Path directory, long first, LogSettings settings, Io io)
      throws IOException {
    this.directory = directory;
    this.first = first;
    this.minFreeBytes = settings.minFreeBytes();
    this.blockBytes = blockBytes(settings.maxRecordBytes());
    this.io = io;
    this.queue =
        SingleChronicleQueueBuilder.binary(directory.toFile())
            .rollCycle(ROLL_CYCLE)
            .timeProvider(() -> 0L)
            .blockSize(blockBytes)
            .checkInterrupts(false)
            .build();
    @Nullable IoFile opened = null;
    try {
      this.appender = queue.createAppender();
      // Only now: an appender that finds a file without a header waits ten seconds for one.
      opened = io.open(directory.resolve(FILE_NAME), Io.Access.CREATE);
      this.file = opened;
      reserve(SLACK_BYTES, opened);
    } catch (IOException | RuntimeException | Error e) {
      queue.close();
      BackgroundResourceReleaser.releasePendingResources();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
  }

  /**
   * Creates a segment in an existing, empty directory.
   *
   * @throws EngineException FULL if there is no space for it
   */
  static ChronicleSegment create(Path directory, long first, LogSettings settings, Io io)
      throws IOException {
    requireSpace(io, directory, MIN_STEP_BYTES + SLACK_BYTES, settings.minFreeBytes());
    return quietly(() -> new ChronicleSegment(directory, first, settings, io));
  }

  /** The most by which a record of some bytes makes the file longer, reserved space included. */
  static long most(int length) {
    return 2 * WORD_BYTES + RecordFormat.HEADER_BYTES + length + SLACK_BYTES + MAX_STEP_BYTES;
  }

  /** The module that must be granted access to the inner parts of the JDK. */
  static Module chronicleModule() {
    return Jvm.class.getModule(); // a class literal loads the class and runs none of its code
  }

  long first() {
    return first;
  }

  /** Where the last record ends, in bytes. */
  long tail() {
    return tail;
  }

  /**
   * Appends a record.
   *
   * @return where its document begins in the file
   * @throws EngineException FULL if there is no space; the segment stays usable. After any other
   *     exception or error it is not
   */
  long append(long position, byte[] payload, int offset, int length) throws IOException {
    long end = tail + 2 * WORD_BYTES + RecordFormat.HEADER_BYTES + length;
    reserve(end + SLACK_BYTES, file);
    RecordFormat.writeHeader(header, crc, position, payload, offset, length);
    boolean isMapping = tail == 0 || tail / blockBytes != end / blockBytes;
    return isMapping
        ? quietly(() -> write(payload, offset, length))
        : write(payload, offset, length);
  }

  private long write(byte[] payload, int offset, int length) {
    try (DocumentContext document = appender.writingDocument()) {
      @Nullable Wire wire = document.wire();
      if (wire == null) {
        throw new IllegalStateException("Chronicle gave no wire to write to");
      }
      Bytes<?> bytes = wire.bytes();
      long start = bytes.writePosition();
      bytes.write(header, 0, RecordFormat.HEADER_BYTES);
      bytes.write(payload, offset, length);
      tail = start + RecordFormat.HEADER_BYTES + length;
      assert tail + 2 * WORD_BYTES <= reserved : "tail=" + tail + " reserved=" + reserved;
      return start - WORD_BYTES;
    }
  }

  /** Makes the records durable; the first time also the names that lead to them. */
  void force() throws IOException {
    file.force();
    if (!areDirectoriesForced) {
      io.forceDirectory(directory);
      Path parent = directory.getParent();
      if (parent != null) {
        io.forceDirectory(parent);
      }
      areDirectoriesForced = true;
    }
  }

  /**
   * Closes the queue and gives back what was reserved.
   *
   * @param end where the last record ends that counts
   */
  void close(long end) throws IOException {
    try (file) {
      quietly(
          () -> {
            appender.close();
            queue.close();
            BackgroundResourceReleaser.releasePendingResources();
            return "";
          });
      file.truncate(end);
    }
  }

  private void reserve(long end, IoFile target) throws IOException {
    while (reserved < end) {
      long step = Math.min(Math.max(reserved / 4, MIN_STEP_BYTES), MAX_STEP_BYTES);
      if (io.usableSpace(directory) - step < minFreeBytes) {
        step = Math.min(step, end - reserved);
      }
      requireSpace(io, directory, step, minFreeBytes);
      try {
        for (long done = 0; done < step; done += ZEROS.length) {
          target.write(reserved + done, ZEROS, 0, (int) Math.min(ZEROS.length, step - done));
        }
      } catch (IOException e) {
        throw new EngineException(
            Kind.FULL,
            "no space could be reserved for the event log; free some and append again: file="
                + directory.resolve(FILE_NAME)
                + " bytes="
                + step
                + " cause="
                + e.getMessage(),
            e);
      }
      reserved += step;
    }
  }

  private static void requireSpace(Io io, Path directory, long bytes, long minFreeBytes)
      throws IOException {
    long usable = io.usableSpace(directory);
    if (usable - bytes < minFreeBytes) {
      throw new EngineException(
          Kind.FULL,
          "the file system of the event log is full; free some space, or let the log keep less"
              + " (retention), and append again: directory="
              + directory
              + " usable_bytes="
              + usable
              + " needed_bytes="
              + bytes
              + " min_free_bytes="
              + minFreeBytes);
    }
  }

  private static long blockBytes(int maxRecordBytes) {
    long overlap = maxRecordBytes + RecordFormat.HEADER_BYTES + (long) SLACK_BYTES;
    return Math.max(MIN_BLOCK_BYTES, Long.highestOneBit(4 * overlap - 1) << 1);
  }

  /**
   * Runs what makes Chronicle print its banner and its remarks on slow mappings, without them. Its
   * warnings and errors still reach slf4j.
   */
  private static <T> T quietly(Callable<T> action) throws IOException {
    @Nullable ExceptionHandler inherit = null;
    Jvm.setThreadLocalExceptionHandlers(
        inherit, inherit, NullExceptionHandler.NOTHING, NullExceptionHandler.NOTHING);
    try {
      return action.call();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      Jvm.setThreadLocalExceptionHandlers(inherit, inherit, inherit, inherit);
    }
  }
}
