package dev.leat.engine.iceberg.internal.catalog;

import java.io.IOException;
import java.util.Map;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Files of some store; says what is done with them. */
final class ToldFileIO implements FileIO, SupportsPrefixOperations {
  private static final long serialVersionUID = 1L;

  private final FileIO inner;
  private final transient Steps steps;

  /**
   * Stands before other files.
   *
   * @param inner must be able to list what is below a location
   */
  ToldFileIO(FileIO inner, Steps steps) {
    this.inner = inner;
    this.steps = steps;
  }

  @Override
  public InputFile newInputFile(String location) {
    return inner.newInputFile(location);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new Output(inner.newOutputFile(location), steps);
  }

  @Override
  public void deleteFile(String location) {
    steps.at("before a file is deleted");
    inner.deleteFile(location);
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    return ((SupportsPrefixOperations) inner).listPrefix(prefix);
  }

  @Override
  public void deletePrefix(String prefix) {
    ((SupportsPrefixOperations) inner).deletePrefix(prefix);
  }

  @Override
  public Map<String, String> properties() {
    return inner.properties();
  }

  @Override
  public void close() {
    inner.close();
  }

  private record Output(OutputFile file, Steps steps) implements OutputFile {
    @Override
    public PositionOutputStream create() {
      steps.at("before a " + what() + " is made");
      return new Stream(file.create(), what(), steps);
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      steps.at("before a " + what() + " is made");
      return new Stream(file.createOrOverwrite(), what(), steps);
    }

    private String what() {
      return LocalFileIO.what(file.location());
    }

    @Override
    public String location() {
      return file.location();
    }

    @Override
    public InputFile toInputFile() {
      return file.toInputFile();
    }
  }

  private static final class Stream extends PositionOutputStream {
    private final PositionOutputStream stream;
    private final String what;
    private final Steps steps;
    private boolean isClosed;

    private Stream(PositionOutputStream stream, String what, Steps steps) {
      this.stream = stream;
      this.what = what;
      this.steps = steps;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public long storedLength() throws IOException {
      return stream.storedLength();
    }

    @Override
    public void write(int b) throws IOException {
      stream.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      stream.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      stream.flush();
    }

    @Override
    public void close() throws IOException {
      if (isClosed) {
        return;
      }
      isClosed = true;
      stream.close();
      steps.at("after a " + what + " was written");
    }
  }
}
