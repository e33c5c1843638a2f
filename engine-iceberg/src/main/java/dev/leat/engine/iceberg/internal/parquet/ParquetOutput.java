package dev.leat.engine.iceberg.internal.parquet;

import java.io.IOException;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A file of Iceberg's as Parquet writes to it. */
record ParquetOutput(org.apache.iceberg.io.OutputFile file) implements OutputFile {
  @Override
  public PositionOutputStream create(long blockSizeHint) {
    return new Stream(file.create());
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    return new Stream(file.createOrOverwrite());
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  private static final class Stream extends DelegatingPositionOutputStream {
    private final org.apache.iceberg.io.PositionOutputStream stream;

    private Stream(org.apache.iceberg.io.PositionOutputStream stream) {
      super(stream);
      this.stream = stream;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }
  }
}
