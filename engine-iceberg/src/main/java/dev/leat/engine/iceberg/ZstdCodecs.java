package dev.leat.engine.iceberg;

import com.github.luben.zstd.Zstd;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** The codecs of the files that sinks write; Parquet's own come with Hadoop. */
final class ZstdCodecs implements CompressionCodecFactory {
  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    throw new UnsupportedOperationException("files are only read with these: codec=" + name);
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    if (!isKnown(name)) {
      throw new EngineException(
          Kind.INVALID, "only files with zstd, or without compression, are read: codec=" + name);
    }
    return name == CompressionCodecName.ZSTD ? new OfZstd() : new OfNothing();
  }

  static boolean isKnown(CompressionCodecName name) {
    return name == CompressionCodecName.ZSTD || name == CompressionCodecName.UNCOMPRESSED;
  }

  @Override
  public void release() {
    // They hold nothing.
  }

  private static final class OfZstd implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      return BytesInput.from(Zstd.decompress(bytes.toByteArray(), decompressedSize));
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize) {
      byte[] bytes = new byte[compressedSize];
      input.get(bytes);
      output.put(Zstd.decompress(bytes, decompressedSize));
    }

    @Override
    public void release() {
      // It holds nothing.
    }
  }

  private static final class OfNothing implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) {
      return bytes;
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize) {
      output.put(input);
    }

    @Override
    public void release() {
      // It holds nothing.
    }
  }
}
