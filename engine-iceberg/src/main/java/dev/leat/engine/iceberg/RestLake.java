package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import dev.leat.engine.iceberg.internal.catalog.RestAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.CatalogProperties;

/**
 * A REST catalog, with its files in an S3 store or, without one, on this machine. As text it has no
 * keys and no token.
 *
 * <pre>{@code
 * Lake.rest(URI.create("https://catalog.example/api"))
 *     .warehouse("analytics")
 *     .token(vault::catalogToken)
 *     .storedIn(S3Store.inRegion("eu-central-1").withKeys(vault::storeKey));
 * }</pre>
 */
public final class RestLake extends Lake {
  private static final String WAREHOUSE = CatalogProperties.WAREHOUSE_LOCATION;
  private static final String PREFIX = "prefix";

  private final RestAddress address;

  private RestLake(RestAddress address) {
    this.address = address;
  }

  static RestLake of(URI uri) {
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "the address of a catalog has no password in it; give a token: host=" + uri.getHost());
    }
    return new RestLake(new RestAddress(uri, Map.of(), Optional.empty(), Optional.empty()));
  }

  /** A copy with the name of one of the catalog's warehouses. */
  public RestLake warehouse(String name) {
    return with(WAREHOUSE, name);
  }

  /**
   * A copy with the prefix that the catalog puts before its resources. Catalogs that have branches
   * of all their tables name the branch there (Nessie: {@code "main|warehouse"}); others say
   * themselves what it is.
   */
  public RestLake prefix(String text) {
    return with(PREFIX, text);
  }

  private RestLake with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(address.properties());
    more.put(key, value);
    return new RestLake(new RestAddress(address.uri(), more, address.token(), address.store()));
  }

  /**
   * A copy that shows a token (OAuth bearer), which is asked for whenever the catalog is opened.
   */
  public RestLake token(Supplier<String> from) {
    return new RestLake(
        new RestAddress(address.uri(), address.properties(), Optional.of(from), address.store()));
  }

  /** A copy with its files in a store. */
  public RestLake storedIn(S3Store in) {
    return new RestLake(
        new RestAddress(
            address.uri(), address.properties(), address.token(), Optional.of(in.address())));
  }

  @Override
  LakeAddress address() {
    return address;
  }
}
