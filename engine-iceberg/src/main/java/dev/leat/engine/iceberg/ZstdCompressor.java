package dev.leat.engine.iceberg;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses pages; Parquet's own codec comes with Hadoop. One thread. */
final class ZstdCompressor implements BytesInputCompressor {
  private static final int LEVEL = 3;

  private final ZstdCompressCtx context = new ZstdCompressCtx();

  ZstdCompressor() {
    ZstdCompressCtx unused = context.setLevel(LEVEL);
  }

  @Override
  public BytesInput compress(BytesInput bytes) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(Math.toIntExact(bytes.size()));
    bytes.writeAllTo(plain);
    return BytesInput.from(context.compress(plain.toByteArray()));
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
