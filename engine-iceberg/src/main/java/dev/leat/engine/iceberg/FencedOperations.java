package dev.leat.engine.iceberg;

import java.util.Objects;
import java.util.function.Consumer;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitFailedException;
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
 *
 * <p>Of a REST catalog that is the law only for the snapshot that a commit moves: what it requires
 * of the table follows from what it changes, and a property has no requirement. So there each
 * commit of a sink moves the snapshot of its branch, be it to one with no new rows; see {@link
 * IcebergSession}. Whoever changed the property then changed the snapshot too, and the commit is
 * refused.
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
    } catch (CommitFailedException e) {
      throw isThere(metadata) ? new CommitStateUnknownException(e) : e;
    } catch (RuntimeException e) {
      if (e instanceof CleanableFailure || e instanceof CommitStateUnknownException) {
        throw e;
      }
      throw new CommitStateUnknownException(e);
    }
    steps.at("after a commit, before its reply");
  }

  /**
   * Was a refused commit made before? Whatever sends a request again whose reply was lost hears
   * that somebody was faster, and that was itself. A place is stored once only, so that it can be
   * told; and it must be, or Iceberg would delete the manifests that the table refers to. That it
   * is there the next session finds.
   */
  private boolean isThere(TableMetadata metadata) {
    String place = metadata.properties().get(property);
    if (Objects.equals(place, expected)) {
      return false;
    }
    try {
      return Objects.equals(inner.refresh().properties().get(property), place);
    } catch (RuntimeException e) {
      throw new CommitStateUnknownException(e);
    }
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
