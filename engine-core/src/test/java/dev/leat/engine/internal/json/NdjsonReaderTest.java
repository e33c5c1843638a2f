package dev.leat.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NdjsonReaderTest {
  private static final Schema SCHEMA =
      Schema.builder().required("id", Type.STRING).nullable("n", Type.INT).build();

  private final List<String> rejects = new ArrayList<>();
  private final List<List<Object>> rows = new ArrayList<>();
  private final List<Integer> chunks = new ArrayList<>();

  private NdjsonReader.Progress read(InputStream stream, JsonLimits limits) throws IOException {
    return read(new NdjsonReader(new NdjsonDecoder(SCHEMA, limits)), stream);
  }

  private NdjsonReader.Progress read(NdjsonReader reader, InputStream stream) throws IOException {
    return reader.read(
        stream,
        new StagedRows(SCHEMA, new Hashing(1)),
        (reason, buffer, from, to) -> rejects.add(reason + " | " + (to - from)),
        (chunk, progress) -> {
          chunks.add(chunk.size());
          rows.addAll(Decoded.values(chunk));
          assertThat(progress.accepted()).isEqualTo(rows.size());
          chunk.clear();
          return chunk;
        });
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Gives random small pieces and never says that more is there. */
  private static InputStream dripping(byte[] input, Random random, int most) {
    return new InputStream() {
      private int at;

      @Override
      public int read() {
        throw new AssertionError("one byte at a time");
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        if (at == input.length) {
          return -1;
        }
        int count = Math.min(Math.min(length, input.length - at), 1 + random.nextInt(most));
        System.arraycopy(input, at, target, offset, count);
        at += count;
        return count;
      }
    };
  }

  @Test
  void handsOnChunksOfAtMostSoManyRows() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      lines.append("{\"id\":\"").append(i).append("\",\"n\":").append(i).append("}\n");
    }
    NdjsonReader.Progress progress = read(stream(lines + "oops\n"), JsonLimits.DEFAULT);
    assertThat(chunks).containsExactly(4096, 4096, 1808);
    assertThat(rows).hasSize(10_000);
    assertThat(rows.get(9999)).isEqualTo(Arrays.asList("9999", 9999));
    assertThat(progress).isEqualTo(new NdjsonReader.Progress(lines.length() + 5, 10_000, 1));
  }

  @Test
  void chunksOfLongRowsAreBoundedInBytes() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      lines.append("{\"id\":\"").append(i).append("x".repeat(60_000)).append("\"}\n");
    }
    read(stream(lines.toString()), JsonLimits.DEFAULT);
    assertThat(rows).hasSize(100);
    assertThat(chunks).allMatch(size -> size * 60_000 < (1 << 20) + (256 << 10) + 60_000);
  }

  @Test
  void rowsDoNotWaitForASlowStream() throws IOException {
    byte[] input =
        "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}".getBytes(StandardCharsets.UTF_8);
    read(dripping(input, new Random(1), 1), JsonLimits.DEFAULT);
    assertThat(chunks).containsExactly(1, 1, 1);
  }

  @Test
  void anEmptyStreamGivesNothing() throws IOException {
    assertThat(read(stream(""), JsonLimits.DEFAULT)).isEqualTo(new NdjsonReader.Progress(0, 0, 0));
    assertThat(chunks).isEmpty();
  }

  @Test
  void aLineThatIsTooLongIsRejectedOnceAndPassedOver() throws IOException {
    int most = JsonLimits.DEFAULT.maxRowBytes();
    String good = "{\"id\":\"a\"}\n";
    String bad = "{\"id\":\"" + "x".repeat(19_000_000) + "\"}";
    NdjsonReader.Progress progress =
        read(stream(good + bad + "\n" + good + bad + "\r\n" + good + bad), JsonLimits.DEFAULT);
    assertThat(rows).hasSize(3);
    assertThat(rejects)
        .hasSize(3)
        .allMatch(reject -> reject.startsWith("a line of more than 1048576 bytes | "))
        .allMatch(
            reject -> Integer.parseInt(reject.substring(reject.indexOf("| ") + 2)) <= most + 2);
    assertThat(progress.rejected()).isEqualTo(3);
  }

  @Test
  void linesJustAtTheLimitAreReadWhereverTheyLie() throws IOException {
    JsonLimits limits = new JsonLimits(64, 64, 400, 40, 30, 10);
    for (int length = 38; length <= 44; length++) {
      for (String end : List.of("\n", "\r\n", "")) {
        rows.clear();
        rejects.clear();
        String line = "{\"id\":\"a\"" + " ".repeat(length - 10) + "}";
        NdjsonReader.Progress progress = read(stream("{\"id\":\"b\"}\n" + line + end), limits);
        assertThat(progress.accepted()).as(length + " " + end).isEqualTo(length <= 40 ? 2 : 1);
        assertThat(progress.rejected()).as(length + " " + end).isEqualTo(length <= 40 ? 0 : 1);
      }
    }
  }

  @Test
  void howAStreamIsCutMakesNoDifference() throws IOException {
    JsonLimits limits = new JsonLimits(8, 20, 30, 60, 30, 10);
    Random random = new Random(4);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\ufeff" : "");
      for (int line = random.nextInt(12); line > 0; line--) {
        text.append(
            switch (random.nextInt(6)) {
              case 0 -> " ".repeat(random.nextInt(70));
              case 1 -> "{\"id\":\"" + "é".repeat(random.nextInt(40)) + "\"}";
              case 2 -> "x".repeat(random.nextInt(300));
              default -> "{\"id\":\"" + line + "\",\"n\":" + random.nextInt(100) + "}";
            });
        text.append(random.nextInt(4) == 0 ? "\r\n" : "\n");
      }
      if (text.length() > 0 && random.nextBoolean()) {
        text.setLength(text.length() - 1);
      }
      byte[] input = text.toString().getBytes(StandardCharsets.UTF_8);
      Decoded whole = Decoded.of(new NdjsonDecoder(SCHEMA, limits), SCHEMA, input);
      rows.clear();
      rejects.clear();
      NdjsonReader.Progress progress =
          read(dripping(input, random, 1 + random.nextInt(100)), limits);
      assertThat(rows).as("round " + round).isEqualTo(whole.rows());
      assertThat(rejects.stream().map(reject -> reject.replaceAll(" \\| \\d+$", "")))
          .as("round " + round)
          .isEqualTo(whole.reasons());
      assertThat(progress)
          .isEqualTo(new NdjsonReader.Progress(input.length, rows.size(), rejects.size()));
    }
  }

  @Test
  void aReaderIsReusable() throws IOException {
    NdjsonReader reader = new NdjsonReader(new NdjsonDecoder(SCHEMA, JsonLimits.DEFAULT));
    for (int i = 0; i < 3; i++) {
      rows.clear();
      assertThat(read(reader, stream("\ufeff{\"id\":\"a\"}\n{\"id\"")))
          .isEqualTo(new NdjsonReader.Progress(19, 1, 1));
    }
  }

  @Test
  void completeLinesAreHandedOnWhenTheStreamFails() {
    byte[] input = "{\"id\":\"a\"}\n{\"id\":\"b\"}".getBytes(StandardCharsets.UTF_8);
    InputStream failing =
        new InputStream() {
          private boolean isRead;

          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            if (isRead) {
              throw new IOException("connection reset");
            }
            isRead = true;
            System.arraycopy(input, 0, target, offset, input.length);
            return input.length;
          }

          @Override
          public int available() {
            return 1;
          }
        };
    assertThatThrownBy(() -> read(failing, JsonLimits.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessage("connection reset");
    assertThat(rows).hasSize(1);
    assertThat(rejects).isEmpty();
  }

  @Test
  void aStreamThatCannotSayWhatIsThereIsReadAllTheSame() throws IOException {
    InputStream pipe =
        new FilterInputStream(stream("{\"id\":\"a\"}\n{\"id\":\"b\"}\n")) {
          @Override
          public int available() throws IOException {
            throw new IOException("Illegal seek");
          }
        };
    assertThat(read(pipe, JsonLimits.DEFAULT).accepted()).isEqualTo(2);
  }
}
