package dev.leat.engine.iceberg;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/** A process with a {@link KilledLake} that a test listens to, talks to, and kills. */
final class HostProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  private HostProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Says which host to start. */
  record Order(
      Path directory, Path lake, String step, int occurrence, int calmRounds, int rounds) {}

  /**
   * Starts processes. The first one, when it ends by itself, leaves the classes that it has loaded
   * in an archive, with which the others are there in a third of the time.
   */
  static final class Starter {
    private final Path archive;
    private final String classPath;

    /**
     * A starter.
     *
     * @param directory for the archive, and for classes in jars, as it knows no others
     */
    Starter(Path directory) throws IOException {
      this.archive = directory.resolve("classes.jsa");
      List<String> jars = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        Path path = Path.of(entry);
        jars.add(
            Files.isDirectory(path)
                ? jar(path, directory.resolve("classes" + jars.size() + ".jar")).toString()
                : entry);
      }
      this.classPath = String.join(File.pathSeparator, jars);
    }

    private static Path jar(Path classes, Path jar) throws IOException {
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
          Stream<Path> all = Files.walk(classes)) {
        out.setLevel(0);
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
          out.putNextEntry(new ZipEntry(name));
          long unused = Files.copy(file, out);
        }
      }
      return jar;
    }

    HostProcess start(Order order) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
              "--add-opens=java.base/java.lang=ALL-UNNAMED",
              "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
              "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
              (Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=")
                  + archive,
              "-Xlog:disable",
              "-XX:TieredStopAtLevel=1",
              "-XX:+UseSerialGC",
              "-Xmx256m",
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
              "-cp",
              classPath,
              KilledLake.class.getName(),
              order.directory.toString(),
              order.lake.toString(),
              order.step,
              Integer.toString(order.occurrence),
              Integer.toString(order.calmRounds),
              Integer.toString(order.rounds)));
      return new HostProcess(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }
  }

  /** What it says next; null if it has ended. */
  @Nullable String line() throws IOException {
    return out.readLine();
  }

  void say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  /** As {@code kill -9} does; what it wrote before can still be read. */
  void kill() {
    // Not Process.destroyForcibly, which closes the pipe with what is still to be read.
    process.toHandle().destroyForcibly();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Process unused = process.onExit().join();
  }
}
