package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** One lake, and the hosts that write to it one after the other until they are killed. */
final class KilledLives {
  static final String REPLY = "after a commit, before its reply";
  private static final int MAX_OCCURRENCE = 3;
  private static final int CALM_ROUNDS = 3;
  private static final int ENDLESS = 1_000_000;
  private static final int ZOMBIE_EVERY = 4;

  /** What was done and seen. */
  static final class Found {
    int kills;
    int zombies;
    int replies;
    int compactions;
    long rows;
    long lost;
    long doubled;
    long orphans;

    void add(Found other) {
      kills += other.kills;
      zombies += other.zombies;
      replies += other.replies;
      compactions += other.compactions;
      rows += other.rows;
      lost += other.lost;
      doubled += other.doubled;
      orphans += other.orphans;
    }
  }

  private final HostProcess.Starter starter;
  private final Path home;
  private final Lake lake;
  private final List<String> steps;
  private final Random random;
  private final Found found = new Found();
  private final List<String> killed = new ArrayList<>();
  private Path directory;
  private int copies;
  private long acknowledged;

  KilledLives(HostProcess.Starter starter, Path home, List<String> steps, Random random) {
    this.starter = starter;
    this.home = home;
    this.lake = Lake.local(home.resolve("lake"));
    this.steps = steps;
    this.random = random;
    this.directory = home.resolve("engine");
  }

  Found found() {
    return found;
  }

  /** The steps at which hosts were killed. */
  List<String> killed() {
    return killed;
  }

  /** Makes the kills of some numbers, and looks at what is there in the end. */
  void live(int from, int end) throws Exception {
    for (int i = from; i < end; i++) {
      String step = steps.get(i % steps.size());
      if (i % ZOMBIE_EVERY == ZOMBIE_EVERY - 1) {
        outliveAZombie(steps.get(random.nextInt(steps.size())), step);
      } else {
        kill(step);
      }
      killed.add(step);
      found.kills++;
      look(step);
    }
    end();
  }

  private HostProcess start(String step, int occurrence, int calmRounds, int rounds)
      throws IOException {
    return starter.start(
        new HostProcess.Order(
            directory, home.resolve("lake"), step, occurrence, calmRounds, rounds));
  }

  private String place(String step) {
    return "kill " + found.kills + ", " + step + ", in " + home;
  }

  private void kill(String step) throws IOException {
    if (random.nextInt(3) > 0) {
      try (HostProcess host = start(step, 1 + random.nextInt(MAX_OCCURRENCE), 0, ENDLESS)) {
        hear(host, "AT");
        host.kill();
        drain(host);
      }
      return;
    }
    found.replies++;
    String reply = step.substring(0, step.indexOf(':')) + ": " + REPLY;
    int more = KilledLake.CHANGES_OF_A_ROUND * (1 + random.nextInt(MAX_OCCURRENCE));
    try (HostProcess host = start(reply, 1, 0, ENDLESS)) {
      hear(host, "AT");
      host.say("FAIL");
      for (int i = 0; i < more; i++) {
        hear(host, "ACK");
      }
      hear(host, "STEP " + step);
      host.kill();
      drain(host);
    }
  }

  /** A host stands still, another takes its place and is killed, and then the first goes on. */
  private void outliveAZombie(String stopped, String step) throws IOException {
    found.zombies++;
    try (HostProcess zombie = start(stopped, 1 + random.nextInt(MAX_OCCURRENCE), 0, ENDLESS)) {
      hear(zombie, "AT");
      Path copy = home.resolve("engine" + ++copies);
      copy(directory, copy);
      directory = copy;
      try (HostProcess next = start(step, 1, CALM_ROUNDS, ENDLESS)) {
        hear(next, "AT");
        next.kill();
        drain(next);
      }
      zombie.say("GO");
      String refused = "";
      for (String line = zombie.line(); line != null; line = zombie.line()) {
        refused = line.startsWith("REFUSED ") ? line : refused;
      }
      assertThat(refused).as(place(stopped)).contains("has been written to by somebody else");
    }
  }

  /** Listens until it says something. */
  private void hear(HostProcess host, String what) throws IOException {
    for (String line = host.line(); line != null; line = host.line()) {
      heard(line);
      if (line.startsWith(what)) {
        return;
      }
    }
    throw new AssertionError("a host ends before it says " + what + ": " + place("listening"));
  }

  private void drain(HostProcess host) throws IOException {
    for (String line = host.line(); line != null; line = host.line()) {
      heard(line);
    }
  }

  private void heard(String line) {
    String[] words = line.split(" ", 2);
    if (words[0].equals("OPEN")) {
      long there = Long.parseLong(words[1]);
      found.lost += Math.max(0, acknowledged - there);
      acknowledged = there;
    } else if (words[0].equals("ACK")) {
      acknowledged = Long.parseLong(words[1]) + 1;
    } else if (line.startsWith("COMPACTED")) {
      found.compactions++;
    } else if (words[0].equals("REFUSED")
        || (line.startsWith("NOT COMPACTED") && !line.contains("planted"))) {
      throw new AssertionError(line + ": " + place("refused"));
    }
  }

  /** After a death: each table is as it was after some change, and none is ahead of the log. */
  private void look(String step) {
    List<Row> added = TableRows.of(lake, KilledLake.ADDED, KilledLake.ROWS);
    long last = last(added, "id");
    compare(step, added, added(last));
    for (String name : List.of(KilledLake.VECTORS, KilledLake.KEYS)) {
      List<Row> latest = TableRows.of(lake, name, KilledLake.LATEST);
      last = Math.max(last, last(latest, "change"));
      compare(step, latest, KilledLake.latest(last(latest, "change")));
    }
    // A host may die between the log and its word.
    assertThat(last)
        .as(place(step))
        .isLessThanOrEqualTo(acknowledged + KilledLake.CHANGES_OF_A_ROUND);
  }

  /** How many changes a table has: the last one is always in it. */
  private static long last(List<Row> rows, String column) {
    return rows.stream().mapToLong(row -> (Long) row.value(column) + 1).max().orElse(0);
  }

  private static Collection<Row> added(long changes) {
    return Stream.iterate(0L, id -> id < changes, id -> id + 1)
        .map(id -> Row.of(KilledLake.ROWS, id, id % 2 == 0 ? "even" : "odd"))
        .toList();
  }

  private void compare(String step, List<Row> there, Collection<Row> wanted) {
    Set<Row> missing = new HashSet<>(wanted);
    int doubled = 0;
    for (Row row : there) {
      doubled += missing.remove(row) ? 0 : 1;
    }
    found.lost += missing.size();
    found.doubled += doubled;
    assertThat(there).as(place(step)).containsExactlyInAnyOrderElementsOf(wanted);
  }

  /** The last host commits all that was acknowledged, ever. */
  private void end() throws IOException {
    try (HostProcess host = start("", 0, 0, 1)) {
      hear(host, "DONE");
      drain(host);
    }
    found.rows += acknowledged;
    removeOrphans();
    // What was removed was nobody's.
    compare("end", TableRows.of(lake, KilledLake.ADDED, KilledLake.ROWS), added(acknowledged));
    for (String name : List.of(KilledLake.VECTORS, KilledLake.KEYS)) {
      compare("end", TableRows.of(lake, name, KilledLake.LATEST), KilledLake.latest(acknowledged));
    }
  }

  /** What was left by the dead is found, a day later, and nothing is left. */
  private void removeOrphans() throws IOException {
    Path files = home.resolve("lake");
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path unused = Files.setLastModifiedTime(file, old);
      }
    }
    for (String name : List.of(KilledLake.ADDED, KilledLake.VECTORS, KilledLake.KEYS)) {
      TableCare of = TableCare.of(lake, name);
      found.orphans += of.removeOrphans(Duration.ofDays(1)).size();
      assertThat(of.removeOrphans(Duration.ofDays(1))).as(place("orphans")).isEmpty();
    }
    // What was put together, snapshots of before have as it was.
    TableCare care = TableCare.of(lake, KilledLake.ADDED);
    int unused = care.expireSnapshots(Duration.ZERO, 1);
    List<String> replaced = care.removeOrphans(Duration.ofDays(1));
    assertThat(replaced).as(place("orphans")).allMatch(file -> file.contains("/web/added/"));
    assertThat(TableFiles.parquetFilesBelow(files.resolve("warehouse/web/added")))
        .as(place("orphans"))
        .isEqualTo(TableFiles.of(lake, KilledLake.ADDED).files().size());
  }

  /**
   * The files of a host that stands still are those that one leaves that is killed. Only its thread
   * for checkpoints goes on: what it takes away while files are copied is a reason to begin again.
   * Files of the log are hundreds of megabytes of nothing, which {@code cp} does not write.
   */
  private static void copy(Path from, Path to) throws IOException {
    for (int attempt = 0; ; attempt++) {
      Path copy = to.resolveSibling(to.getFileName() + "-attempt" + attempt);
      Process process =
          new ProcessBuilder("cp", "-R", from.toString(), copy.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.onExit().join().exitValue() == 0) {
        Path unused = Files.move(copy, to);
        return;
      }
      assertThat(attempt).as("files that went while they were copied: %s", said).isLessThan(20);
    }
  }
}
