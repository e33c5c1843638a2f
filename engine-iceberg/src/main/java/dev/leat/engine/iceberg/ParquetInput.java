package dev.leat.engine.iceberg;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file of Iceberg's as Parquet reads it. */
record ParquetInput(org.apache.iceberg.io.InputFile file) implements InputFile {
  @Override
  public long getLength() {
    return file.getLength();
  }

  @Override
  public SeekableInputStream newStream() {
    return new Stream(file.newStream());
  }

  @Override
  public String toString() {
    return file.location();
  }

  private static final class Stream extends DelegatingSeekableInputStream {
    private final org.apache.iceberg.io.SeekableInputStream stream;

    private Stream(org.apache.iceberg.io.SeekableInputStream stream) {
      super(stream);
      this.stream = stream;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public void seek(long position) throws IOException {
      stream.seek(position);
    }

    @Override
    public void readFully(ByteBuffer to) throws IOException {
      byte[] bytes = stream.readNBytes(to.remaining());
      if (bytes.length < to.remaining()) {
        throw new EOFException("a file ends too early: missing=" + (to.remaining() - bytes.length));
      }
      ByteBuffer unused = to.put(bytes);
    }
  }
}
