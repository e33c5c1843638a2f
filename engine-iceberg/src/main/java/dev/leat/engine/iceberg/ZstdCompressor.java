package dev.leat.engine.iceberg;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses pages; Parquet's own codec comes with Hadoop. One thread. */
final class ZstdCompressor implements BytesInputCompressor {
  private static final int LEVEL = 3;

  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private byte[] compressed = new byte[0];

  ZstdCompressor() {
    ZstdCompressCtx unused = context.setLevel(LEVEL);
  }

  @Override
  public BytesInput compress(BytesInput bytes) throws IOException {
    ByteBuffer plain = bytes.toByteBuffer();
    int size = compress(plain.array(), plain.arrayOffset() + plain.position(), plain.remaining());
    return BytesInput.from(Arrays.copyOf(compressed, size));
  }

  private int compress(byte[] plain, int offset, int length) {
    int bound = Math.toIntExact(Zstd.compressBound(length));
    if (compressed.length < bound) {
      compressed = new byte[bound];
    }
    return context.compressByteArray(compressed, 0, compressed.length, plain, offset, length);
  }

  /** How many bytes they would take. */
  int size(PageBytes bytes) {
    return compress(bytes.array(), 0, bytes.size());
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  @Override
  public void release() {
    context.close();
  }
}
