package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hosts with a sink are killed, as {@code kill -9} does, before and after each file of data,
 * manifest, manifest list and metadata, before a commit, and between a commit and its reply; some
 * lose a reply and live on for a while; and some are not killed but given up, and go on when
 * another host, with a copy of their directory, has written to the table. Every row that was
 * acknowledged must be in the table once.
 */
class LakeKillTest {
  private static final String SAID = "%d cycles, %d rows acknowledged, %d lost, %d doubled";
  private static final String REPLY = "after a commit, before its reply";
  private static final int KILLS_OF_A_TABLE = 8;
  private static final int MAX_OCCURRENCE = 3;
  private static final int ROUNDS = 3;
  private static final int ENDLESS = 1_000_000;
  private static final int ZOMBIE_EVERY = 4;

  private final Random random =
      new Random(Long.getLong("kills.seed", System.nanoTime() & 0xffff_ffffL));
  private final Map<String, Integer> killed = new HashMap<>();
  private long cycles;
  private long rows;
  private long lost;
  private long doubled;
  private int zombies;
  private int replies;
  private long orphans;

  @TempDir private Path temp;

  @Test
  void nothingIsLostOrDoubledWhereverAHostIsKilled() throws Exception {
    int kills = Integer.getInteger("kills", 24);
    List<String> steps = List.copyOf(stepsOfAHost());
    for (int table = 0; cycles < kills; table++) {
      Lives lives = new Lives(temp.resolve("t" + table));
      for (int i = 0; i < KILLS_OF_A_TABLE && cycles < kills; i++) {
        String step = steps.get((int) (cycles % steps.size()));
        if (cycles % ZOMBIE_EVERY == ZOMBIE_EVERY - 1) {
          lives.outliveAZombie(step);
        } else {
          lives.kill(step);
        }
        cycles++;
        killed.merge(step, 1, Integer::sum);
      }
      lives.end();
    }
    System.out.printf(SAID + "%n", cycles, rows, lost, doubled);
    System.out.printf(
        "killed at %s; %d were zombies, %d lost a reply first; %d orphans found%n",
        killed, zombies, replies, orphans);
    assertThat(orphans).isPositive();
    assertThat(lost + doubled).isZero();
    assertThat(rows).isPositive();
    assertThat(zombies).isPositive();
    assertThat(steps).contains(REPLY, "before a commit", "after a metadata file was written");
    if (kills >= steps.size()) {
      assertThat(killed.keySet()).containsExactlyInAnyOrderElementsOf(steps);
    }
  }

  /** What a host that nobody kills says of its steps. */
  private Set<String> stepsOfAHost() throws Exception {
    Set<String> steps = new TreeSet<>();
    try (Host host =
        Host.start(temp.resolve("undisturbed"), temp.resolve("lake0"), "", 0, ROUNDS)) {
      for (String line = host.line(); line != null; line = host.line()) {
        if (line.startsWith("STEP ")) {
          steps.add(line.substring("STEP ".length()));
        }
      }
    }
    // These come once in the life of a table, or before it has one.
    steps.remove("before the catalog is opened");
    return steps;
  }

  /** One table, and the hosts that write to it one after the other. */
  private final class Lives {
    private final Path home;
    private final Path lake;
    private Path directory;
    private int copies;
    private long acknowledged;

    private Lives(Path home) {
      this.home = home;
      this.lake = home.resolve("lake");
      this.directory = home.resolve("engine");
    }

    private Host start(String step, int occurrence, int rounds) throws IOException {
      return Host.start(directory, lake, step, occurrence, rounds);
    }

    private String place(String step) {
      return "cycle " + cycles + ", " + step + ", in " + home;
    }

    private void kill(String step) throws Exception {
      boolean losesAReply = random.nextBoolean();
      int occurrence = 1 + random.nextInt(MAX_OCCURRENCE);
      try (Host host = start(losesAReply ? REPLY : step, losesAReply ? 1 : occurrence, ENDLESS)) {
        hear(host, "AT");
        if (losesAReply) {
          replies++;
          host.say("FAIL");
          for (int i = 0; i < occurrence * KilledLake.ROWS_OF_A_ROUND; i++) {
            hear(host, "ACK");
          }
          hear(host, "STEP " + step);
        }
        host.kill();
        drain(host);
      }
      look(step);
    }

    /** A host stands still, another takes its place, and then the first goes on. */
    private void outliveAZombie(String step) throws Exception {
      zombies++;
      try (Host zombie = start(step, 1 + random.nextInt(MAX_OCCURRENCE), ENDLESS)) {
        hear(zombie, "AT");
        Path copy = home.resolve("engine" + ++copies);
        copy(directory, copy);
        directory = copy;
        try (Host next = start("", 0, ROUNDS)) {
          hear(next, "DONE");
        }
        long ofNext = acknowledged;
        zombie.say("GO");
        String refused = "";
        for (String line = zombie.line(); line != null; line = zombie.line()) {
          refused = line.startsWith("REFUSED ") ? line : refused;
        }
        assertThat(refused).as(place(step)).contains("has been written to by somebody else");
        acknowledged = ofNext;
      }
      look(step);
    }

    /** Listens until it says something. */
    private void hear(Host host, String what) throws IOException {
      for (String line = host.line(); line != null; line = host.line()) {
        heard(line);
        if (line.startsWith(what)) {
          return;
        }
      }
      throw new AssertionError("a host ends before it says " + what + ": " + place("listening"));
    }

    private void drain(Host host) throws IOException {
      for (String line = host.line(); line != null; line = host.line()) {
        heard(line);
      }
    }

    private void heard(String line) {
      String[] words = line.split(" ", 2);
      if (words[0].equals("OPEN")) {
        long there = Long.parseLong(words[1]);
        lost += Math.max(0, acknowledged - there);
        acknowledged = there;
      } else if (words[0].equals("ACK")) {
        acknowledged = Long.parseLong(words[1]) + 1;
      } else if (words[0].equals("REFUSED")) {
        throw new AssertionError(line);
      }
    }

    /** After a death: what was committed is there once. */
    private void look(String step) {
      for (List<Object> found : table().query("SELECT count(*), count(DISTINCT id) FROM FILES")) {
        doubled += (Long) found.get(0) - (Long) found.get(1);
        assertThat(doubled).as(place(step)).isZero();
      }
    }

    private TableFiles table() {
      return TableFiles.of(Lake.local(lake), KilledLake.TABLE);
    }

    /** The last host commits all that was acknowledged, ever. */
    private void end() throws Exception {
      try (Host host = start("", 0, 1)) {
        hear(host, "DONE");
        drain(host);
      }
      List<Object> found =
          table().query("SELECT count(*), count(DISTINCT id), max(id) FROM FILES").get(0);
      rows += acknowledged;
      lost += acknowledged - (Long) found.get(1);
      doubled += (Long) found.get(0) - (Long) found.get(1);
      assertThat(found.get(2)).as(place("the end")).isEqualTo(acknowledged - 1);
      assertThat(lost + doubled).as(place("the end")).isZero();
      removeOrphans();
      assertThat(table().query("SELECT count(*) FROM FILES"))
          .containsExactly(List.of(acknowledged));
    }

    /** What was left by the dead is found, a day later; what the table has stays. */
    private void removeOrphans() throws IOException {
      FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
      try (Stream<Path> all = Files.walk(lake)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          Path unused = Files.setLastModifiedTime(file, old);
        }
      }
      orphans +=
          TableCare.of(Lake.local(lake), KilledLake.TABLE).removeOrphans(Duration.ofDays(1)).size();
      assertThat(TableFiles.parquetFilesBelow(lake))
          .as(place("orphans"))
          .isEqualTo(table().files().size());
    }
  }

  /**
   * The files of a host that stands still are those that one leaves that is killed. Only its thread
   * for checkpoints goes on: what it takes away while files are copied is a reason to begin again.
   */
  private static void copy(Path from, Path to) throws IOException {
    for (int attempt = 0; ; attempt++) {
      Path copy = to.resolveSibling(to.getFileName() + "-attempt" + attempt);
      try (Stream<Path> all = Files.walk(from)) {
        for (Path file : all.toList()) {
          Path unused = Files.copy(file, copy.resolve(from.relativize(file).toString()));
        }
        Path unused = Files.move(copy, to);
        return;
      } catch (NoSuchFileException | UncheckedIOException e) {
        assertThat(attempt).as("files that went while they were copied: %s", e).isLessThan(20);
      }
    }
  }

  /** A process that a test listens to, talks to, and kills. */
  private static final class Host implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Writer in;

    private Host(Process process) {
      this.process = process;
      this.out = process.inputReader(StandardCharsets.UTF_8);
      this.in = process.outputWriter(StandardCharsets.UTF_8);
    }

    private static Host start(Path directory, Path lake, String step, int occurrence, int rounds)
        throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
              "--add-opens=java.base/java.lang=ALL-UNNAMED",
              "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
              "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
              "-XX:TieredStopAtLevel=1",
              "-XX:+UseSerialGC",
              "-Xmx256m",
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
              "-cp",
              System.getProperty("java.class.path"),
              KilledLake.class.getName(),
              directory.toString(),
              lake.toString(),
              step,
              Integer.toString(occurrence),
              Integer.toString(rounds)));
      return new Host(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    private @Nullable String line() throws IOException {
      return out.readLine();
    }

    private void say(String line) throws IOException {
      in.write(line + "\n");
      in.flush();
    }

    /** What it wrote before can still be read. */
    private void kill() {
      // Not Process.destroyForcibly, which closes the pipe with what is still to be read.
      process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
      process.destroyForcibly();
      Process unused = process.onExit().join();
    }
  }
}
