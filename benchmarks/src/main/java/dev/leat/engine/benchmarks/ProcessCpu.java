package dev.leat.engine.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of all threads of this process, those of the garbage collector too. What Java offers for
 * that has steps of ten milliseconds, so this adds this thread's, which Java knows exactly, and
 * that of all others from the scheduler of Linux, which knows it exactly while they sleep.
 */
final class ProcessCpu {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ProcessCpu() {}

  /** So far, without threads that have ended. */
  static long nanos() throws IOException {
    Path self = Path.of("/proc/thread-self").toRealPath().getFileName();
    long nanos = THREADS.getCurrentThreadCpuTime();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        nanos += task.getFileName().equals(self) ? 0 : nanos(task);
      }
    }
    return nanos;
  }

  /**
   * The part of it that the compilers took, which make machine code of what runs often: the threads
   * that HotSpot calls {@code C1 CompilerThre} and {@code C2 CompilerThre}.
   */
  static long compilerNanos() throws IOException {
    long nanos = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        nanos += isCompiler(task) ? nanos(task) : 0;
      }
    }
    return nanos;
  }

  private static boolean isCompiler(Path task) {
    try {
      return Files.readString(task.resolve("comm")).contains(" CompilerThre");
    } catch (IOException e) {
      // It has just ended.
      return false;
    }
  }

  private static long nanos(Path task) {
    try {
      String times = Files.readString(task.resolve("schedstat"));
      return Long.parseLong(times.substring(0, times.indexOf(' ')));
    } catch (IOException e) {
      // It has just ended.
      return 0;
    }
  }
}
