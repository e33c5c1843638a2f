package dev.leat.engine.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  private static final UUID LOG = new UUID(0x0123_4567_89AB_CDEFL, -2);
  private static final int MIB = 1 << 20;

  @TempDir Path temp;
  private Path directory;

  @BeforeEach
  void directory() {
    directory = temp.resolve("checkpoints");
  }

  /** A state of every kind of value, of any size, made from a seed. */
  private static class SampleState implements Checkpointed {
    private final int size;
    private long seed;

    SampleState(long seed, int size) {
      this.seed = seed;
      this.size = size;
    }

    private long[] longs() {
      Random random = new Random(seed);
      long[] words = new long[size];
      for (int i = 0; i < size; i++) {
        words[i] = i % 3 == 0 ? random.nextInt(1000) : random.nextLong() >>> random.nextInt(64);
      }
      return words;
    }

    private int[] ints() {
      return new Random(~seed).ints(size).toArray();
    }

    private byte[] bytes() {
      byte[] bytes = new byte[size];
      new Random(seed + 1).nextBytes(bytes);
      return bytes;
    }

    private List<String> texts() {
      Random random = new Random(seed + 2);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < size / 10; i++) {
        texts.add("ü".repeat(random.nextInt(20)) + random.nextInt());
      }
      return texts;
    }

    @Override
    public StateImage capture() {
      return out -> {
        out.writeLong(seed);
        out.writeInt(size);
        out.writeLongs(longs(), 0, size);
        out.writeInts(ints(), 0, size);
        texts().forEach(out::writeString);
        out.writeBytes(bytes(), 0, size);
        out.writeString("x".repeat(size));
      };
    }

    @Override
    public void restore(StateReader in) {
      seed = in.readLong();
      assertThat(in.readInt()).isEqualTo(size);
      long[] longs = new long[size + 1];
      in.readLongs(longs, 1, size / 2);
      in.readLongs(longs, 1 + size / 2, size - size / 2);
      assertThat(Arrays.copyOfRange(longs, 1, size + 1)).isEqualTo(longs());
      int[] ints = new int[size];
      in.readInts(ints, 0, size);
      assertThat(ints).isEqualTo(ints());
      for (String text : texts()) {
        assertThat(in.readString()).isEqualTo(text);
      }
      byte[] bytes = new byte[size];
      in.readBytes(bytes, 0, size);
      assertThat(bytes).isEqualTo(bytes());
      assertThat(in.readString()).isEqualTo("x".repeat(size));
    }
  }

  private CheckpointStore store(Io io) {
    return new CheckpointStore(io, directory, MIB);
  }

  private CheckpointStore store() {
    return store(SystemIo.INSTANCE);
  }

  private static Map<String, StateImage> sections(long position) {
    return sections(position, 1000);
  }

  private static Map<String, StateImage> sections(long position, int size) {
    Map<String, StateImage> sections = new LinkedHashMap<>();
    sections.put("a", new SampleState(position, size).capture());
    sections.put("empty", StateImage.EMPTY);
    sections.put("ü", new SampleState(-position, size / 7).capture());
    return sections;
  }

  private static void publish(CheckpointStore store, long position) {
    publish(store, position, sections(position));
  }

  private static void publish(
      CheckpointStore store, long position, Map<String, StateImage> sections) {
    try (CheckpointStore.Draft draft =
        store.write(new CheckpointHeader(LOG, position, 1234, "0.1"), sections, 0)) {
      draft.publish();
    }
  }

  /** Reads all of a checkpoint; throws if anything is not as it was written. */
  private static void check(CheckpointStore store, long position, int size) {
    try (CheckpointFile file = store.open(position)) {
      assertThat(file.header()).isEqualTo(new CheckpointHeader(LOG, position, 1234, "0.1"));
      assertThat(file.sections()).containsExactly("a", "empty", "ü");
      SampleState a = new SampleState(0, size);
      file.restore("a", a);
      assertThat(a.seed).isEqualTo(position);
      file.restore(
          "empty",
          new SampleState(0, 0) {
            @Override
            public void restore(StateReader in) {}
          });
      SampleState u = new SampleState(0, size / 7);
      file.restore("ü", u);
      assertThat(u.seed).isEqualTo(-position);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static EngineException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    EngineException[] failure = new EngineException[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(EngineException.class, e -> failure[0] = e);
    return failure[0];
  }

  @Test
  void whatIsWrittenIsReadBack() {
    for (int size : new int[] {0, 1, 7, 1000, 300_001}) {
      publish(store(), size + 1, sections(size + 1, size));
      check(store(), size + 1, size);
    }
  }

  @Test
  void theLastTwoAreKept() throws IOException {
    CheckpointStore store = store();
    assertThat(store.positions()).isEmpty();
    publish(store, 5);
    assertThat(store.oldestNeeded()).isEqualTo(OptionalLong.empty());
    publish(store, 17);
    publish(store, 170);
    assertThat(store.positions()).containsExactly(170L, 17L);
    assertThat(store.oldestNeeded()).isEqualTo(OptionalLong.of(17));
    assertThat(names())
        .containsExactly("checkpoint-0000000000000000017", "checkpoint-0000000000000000170");
    assertThat(store().positions()).containsExactly(170L, 17L);
    check(store(), 17, 1000);
    check(store(), 170, 1000);
  }

  @Test
  void whatWasRejectedStaysUntilAnotherIsPublishedAndDoesNotCount() throws IOException {
    publish(store(), 1);
    publish(store(), 2);
    CheckpointStore store = store();
    store.reject(2);
    assertThat(store.positions()).containsExactly(1L);
    assertThat(names()).hasSize(2);
    publish(store, 3);
    assertThat(store.positions()).containsExactly(3L, 1L);
    assertThat(names())
        .containsExactly("checkpoint-0000000000000000001", "checkpoint-0000000000000000003");
  }

  @Test
  void othersFilesAreLeftAloneAndOldDraftsAreNot() throws IOException {
    publish(store(), 1);
    Files.writeString(directory.resolve("notes.txt"), "mine");
    Files.writeString(directory.resolve("checkpoint-0000000000000000007.draft"), "old");
    publish(store(), 2);
    assertThat(names())
        .containsExactly(
            "checkpoint-0000000000000000001", "checkpoint-0000000000000000002", "notes.txt");
  }

  @Test
  void aDraftThatIsNotPublishedLeavesNothing() throws IOException {
    store().write(new CheckpointHeader(LOG, 9, 0, "0.1"), sections(9), 0).close();
    assertThat(names()).isEmpty();
  }

  @Test
  void aProcessMayDieBetweenAnyTwoSteps() throws IOException {
    long calls = 0;
    for (long die = 0; die == 0 || die < calls; die++) {
      directory = temp.resolve("run-" + die);
      publish(store(), 1);
      publish(store(), 2);
      DyingIo io = DyingIo.dyingAfter(die);
      assertThatThrownBy(() -> publish(store(io), 3)).isInstanceOf(EngineException.class);
      CheckpointStore after = store();
      assertThat(after.positions()).contains(2L).doesNotContain(0L);
      for (long position : after.positions()) {
        check(after, position, 1000);
      }
      publish(after, 4);
      assertThat(names())
          .as("%s", io.calls())
          .hasSize(2)
          .contains("checkpoint-0000000000000000004");
      DyingIo healthy = DyingIo.healthy();
      publish(store(healthy), 5);
      // The last calls delete what is old, and a failure there is no failure of the checkpoint.
      calls = healthy.calls() - 1;
    }
    assertThat(calls).isGreaterThan(8);
  }

  @Test
  void afterAnyOneFailureTheNextCheckpointSucceeds() throws IOException {
    long calls = 1;
    for (long fail = 0; fail < calls; fail++) {
      directory = temp.resolve("count-" + fail);
      DyingIo healthy = DyingIo.healthy();
      publish(store(), 1);
      publish(store(), 2);
      publish(store(healthy), 3);
      calls = healthy.calls();
      directory = temp.resolve("run-" + fail);
      publish(store(), 1);
      publish(store(), 2);
      CheckpointStore store = store(DyingIo.failingOnceAfter(fail));
      boolean failed = false;
      try {
        publish(store, 3);
      } catch (EngineException e) {
        assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
        failed = true;
      }
      assertThat(store.positions()).hasSize(2).contains(failed ? 1L : 3L);
      publish(store, 4);
      assertThat(store.positions()).first().isEqualTo(4L);
      assertThat(names()).hasSize(2);
      check(store(), 4, 1000);
      check(store(), store.positions().get(1), 1000);
    }
  }

  @Test
  void withoutSpaceNothingIsWritten() throws IOException {
    DyingIo io = DyingIo.healthy();
    io.usableSpace = 2 * MIB;
    CheckpointHeader header = new CheckpointHeader(LOG, 3, 1234, "0.1");
    EngineException e = failure(() -> store(io).write(header, sections(3), MIB + 1));
    assertThat(e.kind()).isEqualTo(Kind.FULL);
    assertThat(e).hasMessageContaining("usable_bytes=2097152 needed_bytes=1048577");
    assertThat(names()).isEmpty();
    store(io).write(header, sections(3), MIB).close();
    io.usableSpace = Long.MAX_VALUE;
    publish(store(io), 3);
    check(store(), 3, 1000);
  }

  @Test
  void everyDamagedByteIsNoticed() throws IOException {
    publish(store(), 3, sections(3, 40));
    Path file = store().path(3);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << (i % 8));
      Files.write(file, bad);
      EngineException e = failure(() -> check(store(), 3, 40));
      assertThat(e.kind()).as("byte %d", i).isEqualTo(Kind.CORRUPT);
      assertThat(e).hasMessageContaining("file=" + file).hasMessageContaining("offset=");
    }
    Files.write(file, good);
    check(store(), 3, 40);
  }

  @Test
  void everyTruncationAndEveryTailIsNoticed() throws IOException {
    publish(store(), 3, sections(3, 40));
    Path file = store().path(3);
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThat(failure(() -> check(store(), 3, 40)).kind()).isEqualTo(Kind.CORRUPT);
    }
    for (int more : new int[] {1, 16, 48, 5000}) {
      Files.write(file, Arrays.copyOf(good, good.length + more));
      assertThat(failure(() -> check(store(), 3, 40)).kind()).isEqualTo(Kind.CORRUPT);
    }
  }

  @Test
  void randomDamageOfManyBytesIsNoticed() throws IOException {
    publish(store(), 3, sections(3, 2000));
    Path file = store().path(3);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < 200; i++) {
      Random random = new Random(i);
      byte[] bad = good.clone();
      int from = random.nextInt(good.length);
      int to = Math.min(good.length, from + 1 + random.nextInt(5000));
      for (int at = from; at < to; at++) {
        bad[at] = (byte) (i % 2 == 0 ? 0 : random.nextInt());
      }
      Files.write(file, bad);
      if (Arrays.equals(good, bad)) {
        check(store(), 3, 2000);
      } else {
        assertThat(failure(() -> check(store(), 3, 2000)).kind()).isEqualTo(Kind.CORRUPT);
      }
    }
  }

  @Test
  void blocksOfAnotherCheckpointAreNotBelieved() throws IOException {
    publish(store(), 3, sections(3, 40));
    byte[] three = Files.readAllBytes(store().path(3));
    publish(store(), 4, Map.of("a", sections(3, 40).get("a")));
    publish(store(), 5, Map.of("a", sections(3, 40).get("a")));
    byte[] four = Files.readAllBytes(store().path(4));
    byte[] five = Files.readAllBytes(store().path(5));
    assertThat(five).hasSameSizeAs(four);
    // The same state at the same place, but written for another position.
    System.arraycopy(four, 80, five, 80, 100);
    Files.write(store().path(5), five);
    assertThat(
            failure(
                () -> {
                  try (CheckpointFile file = store().open(5)) {
                    file.restore("a", new SampleState(0, 40));
                  }
                }))
        .hasMessageContaining("a block has a wrong checksum");
    Files.write(store().path(5), three);
    assertThat(failure(() -> store().open(5)))
        .hasMessageContaining("it was written for position 3");
  }

  @Test
  void anotherVersionIsNotTakenForDamage() throws IOException {
    publish(store(), 3);
    Path path = store().path(3);
    byte[] bytes = Files.readAllBytes(path);
    CheckpointFormat.putInt(bytes, 8, 3);
    CheckpointFormat.putInt(bytes, 76, CheckpointFormat.crc(bytes, 0, 76));
    Files.write(path, bytes);
    EngineException e = failure(() -> store().open(3));
    assertThat(e.kind()).isEqualTo(Kind.INVALID);
    assertThat(e).hasMessageContaining("format=3 known_format=2 version=0.1");
  }

  @Test
  void foreignFilesAreRefused() throws IOException {
    Files.createDirectories(directory);
    for (String text : List.of("", "hello", "hello ".repeat(1000))) {
      Files.writeString(store().path(3), text);
      assertThat(failure(() -> store().open(3)).kind()).isEqualTo(Kind.CORRUPT);
    }
    assertThat(failure(() -> store().open(4)).kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void whatIsReadInAnotherWayThanItWasWrittenIsCorrupt() {
    publish(store(), 1, Map.of("s", out -> out.writeInt(-5)));
    try (CheckpointFile file = store().open(1)) {
      for (String why : List.of("more", "less", "in another way", "a bad length", "no section")) {
        EngineException e =
            failure(
                () ->
                    file.restore(
                        why.equals("no section") ? "t" : "s",
                        new SampleState(0, 0) {
                          @Override
                          public void restore(StateReader in) {
                            switch (why) {
                              case "less" -> in.readLongs(new long[] {in.readInt(), 0}, 1, 1);
                              case "in another way" -> in.readLong();
                              case "a bad length" -> in.readString();
                              default -> {}
                            }
                          }
                        }));
        assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
        assertThat(e).hasMessageContaining(why);
      }
      assertThat(
              failure(
                  () ->
                      file.restore(
                          "s",
                          new SampleState(0, 0) {
                            @Override
                            public void restore(StateReader in) {
                              assertThat(new long[in.readInt()]).isEmpty();
                            }
                          })))
          .hasMessageContaining("cannot be understood");
    }
  }
}
