package dev.leat.engine.examples.soak;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process takes of the machine.
 *
 * @param descriptors how many file descriptors are open
 * @param mapped how many bytes of address space files of the engine are mapped to
 * @param heap how many bytes are live after a garbage collection
 * @param disk how many bytes of the disk the engine's files take
 */
record Gauges(long descriptors, long mapped, long heap, long disk) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** Measures this process, which has an engine on a directory. Only where there is /proc. */
  static Gauges of(Path directory) throws IOException, InterruptedException {
    return new Gauges(openDescriptors(), mappedBytes(directory), liveHeap(), diskBytes(directory));
  }

  /** Can it be measured here? */
  static boolean arePossible() {
    return Files.isDirectory(DESCRIPTORS) && Files.isReadable(MAPS);
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count() - 1; // the listing itself has one
    }
  }

  private static long mappedBytes(Path directory) throws IOException {
    long bytes = 0;
    for (String line : Files.readAllLines(MAPS)) {
      if (line.contains(directory.toAbsolutePath().toString())) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
        bytes += Long.parseLong(range[1], 16) - Long.parseLong(range[0], 16);
      }
    }
    return bytes;
  }

  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** As the file system counts it: files of the log have holes. */
  private static long diskBytes(Path directory) throws IOException, InterruptedException {
    Process du =
        new ProcessBuilder("du", "-s", "-B1", directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD) // a file may go while it looks
            .start();
    String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    du.waitFor();
    return Long.parseLong(text.split("\\s", 2)[0]);
  }

  /** As words of a line, for {@link #parse}. */
  String text() {
    return descriptors + " " + mapped + " " + heap + " " + disk;
  }

  static Gauges parse(String text) {
    String[] words = text.split(" ", 4);
    return new Gauges(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]));
  }
}
