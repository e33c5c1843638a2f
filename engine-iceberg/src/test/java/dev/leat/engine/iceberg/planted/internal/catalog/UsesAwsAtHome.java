package dev.leat.engine.iceberg.planted.internal.catalog;

import software.amazon.awssdk.regions.Region;

/** Breaks no rule. */
final class UsesAwsAtHome {
  Region region() {
    return Region.EU_CENTRAL_1;
  }
}
