package dev.leat.engine.iceberg;

import java.util.Objects;
import java.util.Optional;

/**
 * Where the keys of a store come from: the environment, a vault, a file. Asked for each request, so
 * that keys can change while an engine runs; any thread.
 */
@FunctionalInterface
public interface S3Keys {
  /** The key that is valid now. */
  Key key();

  /** Always the same key. */
  static S3Keys of(String id, String secret) {
    Key key = new Key(id, secret, Optional.empty());
    return () -> key;
  }

  /**
   * A key. As text it is its name only.
   *
   * @param id its name, which is no secret
   * @param secret never logged, nor in the text of an exception
   * @param sessionToken of a key that is valid for some time; as secret
   */
  record Key(String id, String secret, Optional<String> sessionToken) {
    public Key {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(secret, "secret");
      Objects.requireNonNull(sessionToken, "sessionToken");
      if (id.isBlank() || secret.isBlank()) {
        throw new IllegalArgumentException("a key has a name and a secret: id=" + id);
      }
    }

    @Override
    public String toString() {
      return "Key[id=" + id + "]";
    }
  }
}
