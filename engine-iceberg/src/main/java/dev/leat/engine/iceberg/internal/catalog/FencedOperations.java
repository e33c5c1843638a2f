package dev.leat.engine.iceberg.internal.catalog;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.iceberg.Snapshot;
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
 * commit of a sink moves the snapshot of its branch, be it to one with no new rows. Whoever changed
 * the property then changed the snapshot too, and the commit is refused.
 */
public final class FencedOperations implements TableOperations {
  private final TableOperations inner;
  private final @Nullable String property;
  private final @Nullable String expected;
  private final Consumer<TableMetadata> alsoLooks;
  private final Steps steps;
  private @Nullable TableMetadata committed;
  private boolean hasTried;

  /** Operations that anybody may make, whatever place is stored. */
  public static FencedOperations ofAnybody(TableOperations inner, Steps steps) {
    return new FencedOperations(inner, null, null, metadata -> {}, steps);
  }

  /**
   * Operations on a table.
   *
   * @param property null for one that nobody has, so that each version will do
   * @param alsoLooks at each version; throws if it is not one to change
   */
  public FencedOperations(
      TableOperations inner,
      @Nullable String property,
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
  public @Nullable TableMetadata committed() {
    return committed;
  }

  /** Was a commit tried, so that it may be there? */
  public boolean hasTried() {
    return hasTried;
  }

  private @Nullable String place(TableMetadata metadata) {
    return property == null ? null : metadata.properties().get(property);
  }

  private TableMetadata checked(TableMetadata metadata) {
    String found = place(metadata);
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
      throw isThere(base, metadata) ? new CommitStateUnknownException(e) : e;
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
   * that somebody was faster, and that was itself. A place is stored once only, and a snapshot has
   * a number of its own, so that it can be told; and it must be, or Iceberg would delete the
   * manifests that the table refers to. That it is there the next session finds.
   */
  private boolean isThere(TableMetadata base, TableMetadata metadata) {
    String place = place(metadata);
    boolean movesPlace = !Objects.equals(place, expected);
    List<Long> snapshots =
        metadata.snapshots().stream()
            .map(Snapshot::snapshotId)
            .filter(id -> base.snapshot(id) == null)
            .toList();
    if (!movesPlace && snapshots.isEmpty()) {
      return false;
    }
    try {
      TableMetadata found = inner.refresh();
      return (movesPlace && Objects.equals(place(found), place))
          || snapshots.stream().anyMatch(id -> found.snapshot(id) != null);
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
