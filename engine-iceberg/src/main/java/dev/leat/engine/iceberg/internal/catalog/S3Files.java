package dev.leat.engine.iceberg.internal.catalog;

import dev.leat.engine.iceberg.internal.catalog.S3Address.Addressing;
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
   * @param vended what the catalog gives, if the store has no keys of its own
   */
  static FileIO open(S3Address store, VendedKeys vended) {
    Supplier<S3Key> keys = store.keys().orElse(vended);
    // Iceberg wants one that can be serialized; nobody does that here. javac minds for the package.
    @SuppressWarnings("serial")
    SerializableSupplier<S3Client> client = () -> client(store, keys);
    return new S3FileIO(client);
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
