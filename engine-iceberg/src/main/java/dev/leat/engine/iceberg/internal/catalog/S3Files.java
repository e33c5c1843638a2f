package dev.leat.engine.iceberg.internal.catalog;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.catalog.S3Address.Addressing;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.SerializableSupplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Files of an S3 store. The client is made here and not by Iceberg, whose own factory wants keys as
 * properties of a catalog: so they are in no map that could be shown.
 *
 * <p>The only class that names what is not there if a host has no library for S3.
 */
final class S3Files {
  private S3Files() {}

  /**
   * Opens the store.
   *
   * @param given what the catalog says of a table; it may have keys for it
   */
  static FileIO open(S3Address store, Map<String, String> given) {
    Supplier<S3Key> keys = store.keys().orElseGet(() -> keysOf(given));
    // Iceberg wants one that can be serialized; nobody does that here. javac minds for the package.
    @SuppressWarnings("serial")
    SerializableSupplier<S3Client> client = () -> client(store, keys);
    return new S3FileIO(client);
  }

  private static Supplier<S3Key> keysOf(Map<String, String> given) {
    String id = given.get("s3.access-key-id");
    String secret = given.get("s3.secret-access-key");
    Optional<String> token = Optional.ofNullable(given.get("s3.session-token"));
    return () -> {
      if (id == null || secret == null) {
        throw new EngineException(
            Kind.INVALID,
            "the catalog gives no keys for the store; give them by S3Store.withKeys: "
                + store(given));
      }
      return new S3Key(id, secret, token);
    };
  }

  private static String store(Map<String, String> given) {
    return "uri=" + given.get("uri");
  }

  private static S3Client client(S3Address store, Supplier<S3Key> keys) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(store.region()))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(() -> credentials(keys.get()))
            // Stores that are not Amazon's do not know the newer checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(store.addressing() == Addressing.PATH)
                    .build());
    store.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static AwsCredentials credentials(S3Key key) {
    return key.sessionToken()
        .map(token -> (AwsCredentials) AwsSessionCredentials.create(key.id(), key.secret(), token))
        .orElseGet(() -> AwsBasicCredentials.create(key.id(), key.secret()));
  }
}
