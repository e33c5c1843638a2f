package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.S3Address;
import dev.leat.engine.iceberg.internal.catalog.S3Address.Addressing;
import dev.leat.engine.iceberg.internal.catalog.S3Key;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A store of the S3 kind: Amazon's, or one that speaks as it does. Immutable; refinements return a
 * copy. As text it has no keys.
 *
 * <p>Without {@link #withKeys} the keys are those that the catalog gives for a table.
 */
public final class S3Store {
  private final S3Address address;

  private S3Store(S3Address address) {
    this.address = address;
  }

  /** Amazon's store in a region, such as {@code "eu-central-1"}. */
  public static S3Store inRegion(String region) {
    Objects.requireNonNull(region, "region");
    return new S3Store(
        new S3Address(region, Optional.empty(), Addressing.VIRTUAL_HOST, Optional.empty()));
  }

  /** A copy with another address than Amazon's. */
  public S3Store at(URI address) {
    return new S3Store(
        new S3Address(
            this.address.region(),
            Optional.of(address),
            this.address.addressing(),
            this.address.keys()));
  }

  /**
   * A copy where the bucket is in the path of a request and not in the name of the host; most
   * stores that are not Amazon's want that.
   */
  public S3Store withPathStyle() {
    return new S3Store(
        new S3Address(address.region(), address.endpoint(), Addressing.PATH, address.keys()));
  }

  /** A copy with keys. */
  public S3Store withKeys(S3Keys from) {
    Objects.requireNonNull(from, "from");
    Supplier<S3Key> keys =
        () -> {
          S3Keys.Key key = from.key();
          return new S3Key(key.id(), key.secret(), key.sessionToken());
        };
    return new S3Store(
        new S3Address(
            address.region(), address.endpoint(), address.addressing(), Optional.of(keys)));
  }

  S3Address address() {
    return address;
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
