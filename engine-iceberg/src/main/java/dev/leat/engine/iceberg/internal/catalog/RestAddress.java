package dev.leat.engine.iceberg.internal.catalog;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
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
 * @param properties what the catalog is opened with
 * @param token asked for whenever the catalog is opened
 */
public record RestAddress(
    URI uri,
    Map<String, String> properties,
    Optional<Supplier<String>> token,
    Optional<S3Address> store)
    implements LakeAddress {
  @Override
  public OpenCatalog open(Steps steps) {
    Map<String, String> all = new LinkedHashMap<>(properties);
    all.put(CatalogProperties.URI, uri.toString());
    // What Iceberg would report of each commit and scan is nothing that a sink needs to wait for.
    all.put("rest-metrics-reporting-enabled", "false");
    token.ifPresent(from -> all.put("token", from.get()));
    try {
      RESTSessionCatalog catalog =
          new RESTSessionCatalog(
              config -> HTTPClient.builder(config).uri(config.get(CatalogProperties.URI)).build(),
              (context, given) -> files(steps, given));
      boolean isOpen = false;
      try {
        catalog.initialize(LocalAddress.CATALOG, all);
        isOpen = true;
      } finally {
        if (!isOpen) {
          catalog.close();
        }
      }
      return new OpenCatalog(catalog.asCatalog(SessionContext.createEmpty()), catalog);
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

  private FileIO files(Steps steps, Map<String, String> given) {
    return store
        .map(in -> (FileIO) new ToldFileIO(in.open(given), steps))
        .orElseGet(() -> new LocalFileIO(steps));
  }

  /**
   * A commit is a list of updates with what must hold for each; for a property, nothing must. See
   * {@code org.apache.iceberg.UpdateRequirements}.
   */
  @Override
  public boolean replacesExactVersions() {
    return false;
  }

  @Override
  public String toString() {
    return uri + properties.toString() + store.map(in -> " in " + in).orElse("");
  }
}
