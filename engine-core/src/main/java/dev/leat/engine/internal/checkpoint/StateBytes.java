package dev.leat.engine.internal.checkpoint;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A state in memory: written once, and read as often as one likes. */
public final class StateBytes {
  private final byte[] bytes;

  private StateBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Writes an image into memory. */
  public static StateBytes of(StateImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    image.writeTo(new Writer(new DataOutputStream(out)));
    return new StateBytes(out.toByteArray());
  }

  /** How many bytes it takes. */
  public int size() {
    return bytes.length;
  }

  /** Reads it from its beginning. */
  public StateReader reader() {
    return new Reader(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private record Writer(DataOutputStream out) implements StateWriter {
    private interface Write {
      void run() throws IOException;
    }

    private static void write(Write action) {
      try {
        action.run();
      } catch (IOException e) {
        throw new UncheckedIOException("memory does not fail", e);
      }
    }

    @Override
    public void writeInt(int value) {
      write(() -> out.writeInt(value));
    }

    @Override
    public void writeLong(long value) {
      write(() -> out.writeLong(value));
    }

    @Override
    public void writeLongs(long[] words, int from, int count) {
      for (int i = from; i < from + count; i++) {
        writeLong(words[i]);
      }
    }

    @Override
    public void writeInts(int[] values, int from, int count) {
      for (int i = from; i < from + count; i++) {
        writeInt(values[i]);
      }
    }

    @Override
    public void writeBytes(byte[] source, int from, int count) {
      write(() -> out.write(source, from, count));
    }

    @Override
    public void writeString(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      writeInt(utf8.length);
      writeBytes(utf8, 0, utf8.length);
    }
  }

  private record Reader(DataInputStream in) implements StateReader {
    private interface Read<T> {
      T run() throws IOException;
    }

    private static <T> T read(Read<T> action) {
      try {
        return action.run();
      } catch (EOFException e) {
        throw new EngineException(Kind.CORRUPT, "a state ends too early", e);
      } catch (IOException e) {
        throw new UncheckedIOException("memory does not fail", e);
      }
    }

    @Override
    public int readInt() {
      return read(in::readInt);
    }

    @Override
    public long readLong() {
      return read(in::readLong);
    }

    @Override
    public void readLongs(long[] words, int from, int count) {
      for (int i = from; i < from + count; i++) {
        words[i] = readLong();
      }
    }

    @Override
    public void readInts(int[] values, int from, int count) {
      for (int i = from; i < from + count; i++) {
        values[i] = readInt();
      }
    }

    @Override
    public void readBytes(byte[] target, int from, int count) {
      read(
          () -> {
            in.readFully(target, from, count);
            return target;
          });
    }

    @Override
    public String readString() {
      int length = readInt();
      if (length < 0 || length > bytesLeft()) {
        throw new EngineException(Kind.CORRUPT, "a text of a state has a bad length: " + length);
      }
      byte[] utf8 = new byte[length];
      readBytes(utf8, 0, length);
      return new String(utf8, StandardCharsets.UTF_8);
    }

    private int bytesLeft() {
      return read(in::available);
    }
  }
}
