package dev.leat.engine.iceberg.internal.catalog;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.io.StorageCredential;

/**
 * The keys that a catalog gives for the files of a table: with what else it says of the table, or
 * apart, for locations that begin with something. As text it has no keys.
 *
 * <p>They are valid for some time. A sink that fails when they are not any more gets new ones with
 * its next session.
 */
public final class VendedKeys implements Supplier<S3Key> {
  private static final String ID = "s3.access-key-id";
  private static final String SECRET = "s3.secret-access-key";
  private static final String TOKEN = "s3.session-token";

  private volatile Map<String, String> given;

  /** Keys among what a catalog says of a table. */
  public VendedKeys(Map<String, String> given) {
    this.given = given;
  }

  /** Keys apart; a table's folder is the longest beginning of the locations of its files. */
  public void set(List<StorageCredential> credentials) {
    credentials.stream()
        .filter(credential -> credential.config().containsKey(ID))
        .max(Comparator.comparingInt(credential -> credential.prefix().length()))
        .ifPresent(credential -> given = credential.config());
  }

  @Override
  public S3Key get() {
    Map<String, String> now = given;
    String id = now.get(ID);
    String secret = now.get(SECRET);
    if (id == null || secret == null) {
      throw new EngineException(
          Kind.INVALID,
          "the catalog gives no keys for the store; give them by S3Store.withKeys: uri="
              + now.get("uri"));
    }
    return new S3Key(id, secret, Optional.ofNullable(now.get(TOKEN)));
  }
}
