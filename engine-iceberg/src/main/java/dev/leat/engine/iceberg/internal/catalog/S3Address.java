package dev.leat.engine.iceberg.internal.catalog;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.io.FileIO;

/**
 * Where a store of the S3 kind is, and how it is spoken to. As text it has no keys.
 *
 * @param endpoint its address; empty for Amazon's
 * @param keys asked for each request; empty for those that the catalog gives for a table
 */
public record S3Address(
    String region, Optional<URI> endpoint, Addressing addressing, Optional<Supplier<S3Key>> keys) {
  /** How a bucket is addressed. */
  public enum Addressing {
    VIRTUAL_HOST,
    PATH
  }

  /**
   * Opens the store.
   *
   * @param given what the catalog says of a table; it may have keys for it
   */
  public FileIO open(Map<String, String> given) {
    return S3Files.open(this, given);
  }

  @Override
  public String toString() {
    return "s3 region=" + region + endpoint.map(e -> " endpoint=" + e).orElse("");
  }
}
