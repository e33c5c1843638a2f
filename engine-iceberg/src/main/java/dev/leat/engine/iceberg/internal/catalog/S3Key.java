package dev.leat.engine.iceberg.internal.catalog;

import java.util.Optional;

/**
 * The key of a store. As text it is its name only.
 *
 * @param id its name, which is no secret
 * @param secret never logged, nor in the text of an exception
 * @param sessionToken of a key that is valid for some time; as secret
 */
public record S3Key(String id, String secret, Optional<String> sessionToken) {
  @Override
  public String toString() {
    return "S3Key[id=" + id + "]";
  }
}
