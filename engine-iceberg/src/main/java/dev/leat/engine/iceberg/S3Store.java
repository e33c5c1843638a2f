package dev.leat.engine.iceberg;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/**
 * A store of the S3 kind: Amazon's, or one that speaks as it does. Immutable; refinements return a
 * copy. As text it has no keys.
 *
 * <p>Without {@link #withKeys} the keys are those that the catalog gives for a table.
 */
public final class S3Store {
  /** How a bucket is addressed. */
  enum Addressing {
    VIRTUAL_HOST,
    PATH
  }

  private final String region;
  private final Optional<URI> endpoint;
  private final Addressing addressing;
  private final Optional<S3Keys> keys;

  private S3Store(
      String region, Optional<URI> endpoint, Addressing addressing, Optional<S3Keys> keys) {
    this.region = region;
    this.endpoint = endpoint;
    this.addressing = addressing;
    this.keys = keys;
  }

  /** Amazon's store in a region, such as {@code "eu-central-1"}. */
  public static S3Store inRegion(String region) {
    if (Objects.requireNonNull(region, "region").isBlank()) {
      throw new IllegalArgumentException(
          "a store has a region, be it any for one that is not Amazon's, as in 'us-east-1'");
    }
    return new S3Store(region, Optional.empty(), Addressing.VIRTUAL_HOST, Optional.empty());
  }

  /** A copy with another address than Amazon's. */
  public S3Store at(URI address) {
    boolean isHttp =
        "http".equalsIgnoreCase(address.getScheme())
            || "https".equalsIgnoreCase(address.getScheme());
    if (!isHttp || address.getHost() == null || address.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "a store is at an http or https address, and its keys are given by withKeys: scheme="
              + address.getScheme()
              + " host="
              + address.getHost());
    }
    return new S3Store(region, Optional.of(address), addressing, keys);
  }

  /**
   * A copy where the bucket is in the path of a request and not in the name of the host; most
   * stores that are not Amazon's want that.
   */
  public S3Store withPathStyle() {
    return new S3Store(region, endpoint, Addressing.PATH, keys);
  }

  /** A copy with keys. */
  public S3Store withKeys(S3Keys from) {
    return new S3Store(region, endpoint, addressing, Optional.of(from));
  }

  String region() {
    return region;
  }

  Optional<URI> endpoint() {
    return endpoint;
  }

  boolean isPathStyle() {
    return addressing == Addressing.PATH;
  }

  Optional<S3Keys> keys() {
    return keys;
  }

  @Override
  public String toString() {
    return "s3 region=" + region + endpoint.map(e -> " endpoint=" + e).orElse("");
  }
}
