package dev.leat.engine.iceberg.planted.internal.write;

import software.amazon.awssdk.regions.Region;

/** Breaks a rule: the libraries for S3 belong to the catalog. */
final class UsesAws {
  Region region() {
    return Region.EU_CENTRAL_1;
  }
}
