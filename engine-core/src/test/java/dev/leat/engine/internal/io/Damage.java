package dev.leat.engine.internal.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** One random damage to a directory: to the bytes of a file, to a file, or to its names. */
final class Damage {
  /** What is done. */
  private enum What {
    FLIP_A_BIT,
    FLIP_BITS,
    TRUNCATE,
    ZERO_A_RANGE,
    ZERO_A_PAGE,
    ZERO_THE_TAIL,
    GARBLE_A_RANGE,
    MISDIRECT_A_WRITE,
    LENGTHEN,
    DELETE,
    EMPTY,
    REPLACE_BY_DIRECTORY,
    SWAP_FILES,
    COPY_OVER,
    FOREIGN_FILE,
    FOREIGN_SEGMENT_FILE,
    FOREIGN_SEGMENT_DIRECTORY,
    FOREIGN_CHECKPOINT,
    LEFTOVERS,
    DUPLICATE_DIRECTORY,
    DELETE_DIRECTORY,
    RENAME_DIRECTORY
  }

  private static final List<What> COMMON =
      List.of(What.FLIP_A_BIT, What.FLIP_BITS, What.TRUNCATE, What.ZERO_A_RANGE);
  private static final int MAX_RANGE = 10_000;
  private static final int PAGE = 4096;

  private final Path directory;
  private final Random random;
  private final What what;
  private String where = "";

  private Damage(Path directory, Random random) {
    this.directory = directory;
    this.random = random;
    // Half of all cases are of the kinds that disks and crashes make.
    this.what =
        random.nextBoolean()
            ? COMMON.get(random.nextInt(COMMON.size()))
            : What.values()[random.nextInt(What.values().length)];
  }

  /** Damages something below a directory. */
  static Damage to(Path directory, Random random) throws IOException {
    Damage damage = new Damage(directory, random);
    damage.apply();
    return damage;
  }

  @Override
  public String toString() {
    return what + " " + where;
  }

  private void apply() throws IOException {
    List<Path> files = below(Files::isRegularFile);
    Path file = files.get(random.nextInt(files.size()));
    Path other = files.get(random.nextInt(files.size()));
    where = directory.relativize(file).toString();
    switch (what) {
      case DELETE -> Files.delete(file);
      case EMPTY -> Files.write(file, new byte[0]);
      case REPLACE_BY_DIRECTORY -> {
        Files.delete(file);
        Files.createDirectory(file);
      }
      case SWAP_FILES -> swap(file, other);
      case COPY_OVER -> copyOver(file, other);
      case FOREIGN_FILE,
          FOREIGN_SEGMENT_FILE,
          FOREIGN_SEGMENT_DIRECTORY,
          FOREIGN_CHECKPOINT,
          LEFTOVERS,
          DUPLICATE_DIRECTORY,
          DELETE_DIRECTORY,
          RENAME_DIRECTORY ->
          damageNames();
      default -> damageBytes(file);
    }
  }

  private void swap(Path file, Path other) throws IOException {
    where += " with " + directory.relativize(other);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Files.readAllBytes(other));
    Files.write(other, bytes);
  }

  private void copyOver(Path file, Path other) throws IOException {
    where += " from " + directory.relativize(other);
    Files.write(file, Files.readAllBytes(other));
  }

  private void damageBytes(Path file) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      long size = raf.length();
      if (size == 0) {
        raf.write(bytes(1 + random.nextInt(20)));
        where += " written to";
        return;
      }
      long at = interesting(raf, size);
      where += " at " + at + " of " + size;
      switch (what) {
        case FLIP_A_BIT -> flip(raf, at);
        case FLIP_BITS -> {
          for (int i = 2 + random.nextInt(7); i > 0; i--) {
            flip(raf, Math.min(size - 1, at + random.nextInt(64)));
          }
        }
        case TRUNCATE -> raf.setLength(at);
        case ZERO_A_RANGE -> write(raf, at, new byte[range(size - at)]);
        case ZERO_A_PAGE -> {
          long page = at / PAGE * PAGE;
          write(raf, page, new byte[(int) Math.min(PAGE, size - page)]);
        }
        case ZERO_THE_TAIL -> write(raf, at, new byte[(int) (size - at)]);
        case GARBLE_A_RANGE -> write(raf, at, bytes(range(size - at)));
        case MISDIRECT_A_WRITE -> {
          long from = interesting(raf, size);
          byte[] some = new byte[range(Math.min(size - at, size - from))];
          raf.seek(from);
          raf.readFully(some);
          write(raf, at, some);
          where += " from " + from;
        }
        case LENGTHEN -> write(raf, size, random.nextBoolean() ? bytes(100) : new byte[PAGE]);
        default -> throw new IllegalStateException(what.toString());
      }
    }
  }

  /** Mostly a place where something is: files that were cut off by a crash are full of zeros. */
  private long interesting(RandomAccessFile raf, long size) throws IOException {
    long at = (long) (random.nextDouble() * size);
    byte[] bytes = new byte[PAGE];
    raf.seek(at);
    int count = random.nextInt(4) == 0 ? 0 : raf.read(bytes);
    for (int i = 0; i < count; i++) {
      if (bytes[i] != 0) {
        return at + i;
      }
    }
    return count == PAGE ? interesting(raf, Math.max(1, size / 2)) : at;
  }

  private void flip(RandomAccessFile raf, long at) throws IOException {
    raf.seek(at);
    int value = raf.read();
    raf.seek(at);
    raf.write(value ^ 1 << random.nextInt(8));
  }

  private static void write(RandomAccessFile raf, long at, byte[] bytes) throws IOException {
    raf.seek(at);
    raf.write(bytes);
  }

  private int range(long most) {
    return (int) Math.min(most, 1 + random.nextInt(MAX_RANGE));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private void damageNames() throws IOException {
    List<Path> directories = below(Files::isDirectory);
    Path some = directories.get(random.nextInt(directories.size()));
    List<Path> numbered =
        directories.stream().filter(path -> path.getFileName().toString().contains("-0")).toList();
    where = directory.relativize(some).toString();
    switch (what) {
      case FOREIGN_FILE -> Files.write(some.resolve("notes-" + random.nextInt(100)), bytes(50));
      case FOREIGN_SEGMENT_FILE -> Files.write(anySegment(), bytes(50));
      case FOREIGN_SEGMENT_DIRECTORY -> {
        Path foreign = anySegment();
        Files.createDirectories(foreign);
        Files.write(foreign.resolve("notes"), bytes(50));
      }
      case FOREIGN_CHECKPOINT -> {
        Path checkpoint = directory.resolve("checkpoints/checkpoint-" + anyNumber());
        Files.createDirectories(checkpoint.getParent());
        Files.write(checkpoint, bytes(random.nextInt(3000)));
        where = directory.relativize(checkpoint).toString();
      }
      case LEFTOVERS -> {
        Files.createDirectories(directory.resolve("checkpoints"));
        Files.write(
            directory.resolve("checkpoints/checkpoint-" + anyNumber() + ".draft"), bytes(50));
        Files.write(directory.resolve("FORMAT.new"), bytes(5));
        Files.write(directory.resolve("log/high-water.new"), bytes(5000));
        Files.write(directory.resolve("log/low-water.new"), bytes(10));
        Files.writeString(directory.resolve("lock"), "pid=" + ProcessHandle.current().pid());
      }
      default -> {
        Path one = numbered.get(random.nextInt(numbered.size()));
        where = directory.relativize(one).toString();
        damageDirectory(one);
      }
    }
  }

  private void damageDirectory(Path one) throws IOException {
    Path target = anySegment();
    switch (what) {
      case DUPLICATE_DIRECTORY -> copy(one, target);
      case RENAME_DIRECTORY -> Files.move(one, target);
      case DELETE_DIRECTORY -> delete(one);
      default -> throw new IllegalStateException(what.toString());
    }
  }

  /** A name that no segment has. */
  private Path anySegment() {
    while (true) {
      String digits = anyNumber();
      Path path = directory.resolve("log/segment-" + digits);
      if (!Files.exists(path)) {
        where += " segment " + digits;
        return path;
      }
    }
  }

  private String anyNumber() {
    return random.nextInt(20) == 0
        ? "9".repeat(19)
        : String.format("%019d", random.nextInt(random.nextInt(5) == 0 ? 100_000 : 40));
  }

  private interface Filter {
    boolean takes(Path path);
  }

  private List<Path> below(Filter filter) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(filter::takes).sorted().toList();
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.sorted().toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  static void note(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
