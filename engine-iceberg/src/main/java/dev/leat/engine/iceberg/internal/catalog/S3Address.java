package dev.leat.engine.iceberg.internal.catalog;

import java.net.URI;
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
   * @param vended what the catalog gives, if the store has no keys of its own
   */
  public FileIO open(VendedKeys vended) {
    return S3Files.open(this, vended);
  }

  @Override
  public String toString() {
    return "s3 region=" + region + endpoint.map(e -> " endpoint=" + e).orElse("");
  }
}
