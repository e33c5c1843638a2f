package dev.leat.engine.iceberg.internal.parquet;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Compresses pages, and makes them as they were. In Java: a native library would be 7 MB for all
 * platforms, and saves a tenth of the time of writing. The level is 3. One thread.
 */
final class ZstdCompressor implements BytesInputCompressor {
  private final io.airlift.compress.zstd.ZstdCompressor frames =
      new io.airlift.compress.zstd.ZstdCompressor();
  private byte[] compressed = new byte[0];

  @Override
  public BytesInput compress(BytesInput bytes) throws IOException {
    ByteBuffer plain = bytes.toByteBuffer(HeapByteBufferAllocator.getInstance(), buffer -> {});
    int size = compress(plain.array(), plain.arrayOffset() + plain.position(), plain.remaining());
    return BytesInput.from(Arrays.copyOf(compressed, size));
  }

  private int compress(byte[] plain, int offset, int length) {
    int bound = frames.maxCompressedLength(length);
    if (compressed.length < bound) {
      compressed = new byte[bound];
    }
    return frames.compress(plain, offset, length, compressed, 0, compressed.length);
  }

  /** How many bytes they would take. */
  int size(PageBytes bytes) {
    return compress(bytes.array(), 0, bytes.size());
  }

  /**
   * Decompresses bytes of a file.
   *
   * @param size how many there are then
   * @throws MalformedInputException if they are not what a compressor made
   */
  static byte[] decompress(byte[] bytes, int size) {
    byte[] plain = new byte[size];
    int found = new ZstdDecompressor().decompress(bytes, 0, bytes.length, plain, 0, size);
    if (found != size) {
      throw new MalformedInputException(0, "expected-bytes=" + size + " bytes=" + found);
    }
    return plain;
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  @Override
  public void release() {
    // It has nothing but arrays.
  }
}
