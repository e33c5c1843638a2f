package dev.leat.engine.iceberg;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.catalog.SessionCatalog.SessionContext;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.rest.HTTPClient;
import org.apache.iceberg.rest.RESTSessionCatalog;

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

  private final URI uri;
  private final Map<String, String> properties;
  private final Optional<Supplier<String>> token;
  private final Optional<S3Store> store;

  private RestLake(
      URI uri,
      Map<String, String> properties,
      Optional<Supplier<String>> token,
      Optional<S3Store> store) {
    this.uri = uri;
    this.properties = properties;
    this.token = token;
    this.store = store;
  }

  static RestLake of(URI uri) {
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "the address of a catalog has no password in it; give a token: host=" + uri.getHost());
    }
    boolean isHttp = "http".equalsIgnoreCase(uri.getScheme()) || isHttps(uri);
    if (!isHttp || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
      throw new IllegalArgumentException(
          "a catalog is at an http or https address, without a query: scheme="
              + uri.getScheme()
              + " host="
              + uri.getHost()
              + " path="
              + uri.getPath());
    }
    return new RestLake(uri, Map.of(), Optional.empty(), Optional.empty());
  }

  private static boolean isHttps(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
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
    Map<String, String> more = new LinkedHashMap<>(properties);
    more.put(key, value);
    return new RestLake(uri, more, token, store);
  }

  /**
   * A copy that shows a token (OAuth bearer), which is asked for whenever the catalog is opened.
   */
  public RestLake token(Supplier<String> from) {
    return new RestLake(uri, properties, Optional.of(from), store);
  }

  /** A copy with its files in a store. */
  public RestLake storedIn(S3Store in) {
    return new RestLake(uri, properties, token, Optional.of(in));
  }

  @Override
  LakeCatalog open(Steps steps) {
    Map<String, String> all = new LinkedHashMap<>(properties);
    all.put(CatalogProperties.URI, uri.toString());
    // What Iceberg would report of each commit and scan is nothing that a sink needs to wait for.
    all.put("rest-metrics-reporting-enabled", "false");
    token.ifPresent(from -> all.put("token", tokenNow(from)));
    try {
      RESTSessionCatalog catalog =
          new RESTSessionCatalog(
              config -> HTTPClient.builder(config).uri(config.get(CatalogProperties.URI)).build(),
              (context, given) -> files(steps, given));
      boolean isOpen = false;
      try {
        catalog.initialize(LocalLake.CATALOG, all);
        isOpen = true;
      } finally {
        if (!isOpen) {
          catalog.close();
        }
      }
      return new LakeCatalog(catalog.asCatalog(SessionContext.createEmpty()), catalog);
    } catch (NoClassDefFoundError e) {
      throw new EngineException(
          Kind.INVALID,
          "REST catalogs and S3 need libraries that do not come with engine-iceberg: add"
              + " org.apache.httpcomponents.client5:httpclient5, and for S3"
              + " org.apache.iceberg:iceberg-aws, software.amazon.awssdk:s3, kms, sts and"
              + " url-connection-client, in the versions of the module's"
              + " README: missing="
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("the catalog cannot be closed: " + this, e);
    }
  }

  private String tokenNow(Supplier<String> from) {
    try {
      return Objects.requireNonNull(from.get(), "no token is given");
    } catch (RuntimeException e) {
      throw new EngineException(
          Kind.UNAVAILABLE, "the token of a catalog cannot be had: " + this + " cause=" + e, e);
    }
  }

  private FileIO files(Steps steps, Map<String, String> given) {
    VendedKeys vended = new VendedKeys(given);
    return store
        .map(in -> (FileIO) new ToldFileIO(S3Files.open(in, vended), steps, vended))
        .orElseGet(() -> new LocalFileIO(steps));
  }

  @Override
  boolean isThere() {
    return true;
  }

  /**
   * A commit is a list of updates with what must hold for each; for a property, nothing must. See
   * {@code org.apache.iceberg.UpdateRequirements}.
   */
  @Override
  boolean replacesExactVersions() {
    return false;
  }

  @Override
  public String toString() {
    return uri + properties.toString() + store.map(in -> " in " + in).orElse("");
  }
}
