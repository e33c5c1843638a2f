package dev.leat.engine.iceberg;

import java.util.Objects;
import java.util.function.Consumer;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * A table that can be changed only while a property of it has the value that is expected.
 *
 * <p>Iceberg puts a change that meets another one on top of it, and tries again; a sink must not,
 * if the other one was a sink's of the same name. Each version of the table that a change is made
 * on comes through here, so each is looked at; and a commit replaces that version or none, which is
 * the catalog's own law. So nobody can come in between the look and the commit.
 */
final class FencedOperations implements TableOperations {
  private final TableOperations inner;
  private final String property;
  private final @Nullable String expected;
  private final Consumer<TableMetadata> alsoLooks;
  private final Steps steps;
  private @Nullable TableMetadata committed;
  private boolean hasTried;

  /**
   * Operations on a table.
   *
   * @param alsoLooks at each version; throws if it is not one to change
   */
  FencedOperations(
      TableOperations inner,
      String property,
      @Nullable String expected,
      Consumer<TableMetadata> alsoLooks,
      Steps steps) {
    this.inner = inner;
    this.property = property;
    this.expected = expected;
    this.alsoLooks = alsoLooks;
    this.steps = steps;
  }

  /** What was committed; null if nothing was. */
  @Nullable TableMetadata committed() {
    return committed;
  }

  /** Was a commit tried, so that it may be there? */
  boolean hasTried() {
    return hasTried;
  }

  private TableMetadata checked(TableMetadata metadata) {
    String found = metadata.properties().get(property);
    if (!Objects.equals(found, expected)) {
      throw new ValidationException(
          "another writer was here: property=%s expected=%s found=%s", property, expected, found);
    }
    alsoLooks.accept(metadata);
    return metadata;
  }

  @Override
  public TableMetadata current() {
    return checked(inner.current());
  }

  @Override
  public TableMetadata refresh() {
    return checked(inner.refresh());
  }

  @Override
  public void commit(TableMetadata base, TableMetadata metadata) {
    steps.at("before a commit");
    checked(base);
    try {
      hasTried = true;
      inner.commit(base, metadata);
      committed = metadata;
    } catch (RuntimeException e) {
      if (e instanceof CleanableFailure || e instanceof CommitStateUnknownException) {
        throw e;
      }
      throw new CommitStateUnknownException(e);
    }
    steps.at("after a commit, before its reply");
  }

  @Override
  public FileIO io() {
    return inner.io();
  }

  @Override
  public EncryptionManager encryption() {
    return inner.encryption();
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return inner.metadataFileLocation(fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    return inner.locationProvider();
  }

  @Override
  public TableOperations temp(TableMetadata uncommitted) {
    return inner.temp(uncommitted);
  }

  @Override
  public long newSnapshotId() {
    return inner.newSnapshotId();
  }

  @Override
  public boolean requireStrictCleanup() {
    return inner.requireStrictCleanup();
  }
}
