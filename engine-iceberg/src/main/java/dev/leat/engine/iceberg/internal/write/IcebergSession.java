package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import dev.leat.engine.iceberg.internal.catalog.FencedOperations;
import dev.leat.engine.iceberg.internal.catalog.OpenCatalog;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to one table. One commit is one Iceberg transaction: the files as a snapshot, and the
 * place as a property of the table, which is what counts; the snapshot's summary says it for
 * people. See {@link FencedOperations} for what keeps two writers apart.
 *
 * <p>A table that is not there is made with the first rows, or the first commit, and not when the
 * session is opened: an engine that is refused leaves no trace.
 */
public final class IcebergSession implements SinkSession {
  private static final Logger LOG = LoggerFactory.getLogger(IcebergSession.class);
  private static final String PREFIX = "leat.sink.";

  private final SinkTable sink;
  private final SinkSource source;
  private final Steps steps;
  private final OpenCatalog catalog;
  private final String property;
  private @Nullable TableOperations operations;
  private @Nullable String known;
  private @Nullable TableShape shape;
  private @Nullable TableMetadata shaped;
  private @Nullable TableChanges changes;
  private boolean isClosed;

  public IcebergSession(SinkTable sink, SinkSource source, Steps steps) {
    this.sink = sink;
    this.source = source;
    this.steps = steps;
    this.property = property(source.name(), sink.branch());
    steps.at("before the catalog is opened");
    this.catalog = openCatalog();
    boolean isOpen = false;
    try {
      Table table = load();
      if (table != null) {
        operations = operations(table);
        known = table.properties().get(property);
      }
      isOpen = true;
    } finally {
      if (!isOpen) {
        close();
      }
    }
  }

  private OpenCatalog openCatalog() {
    try {
      return sink.lake().open(steps);
    } catch (RESTException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the catalog does not let us in: " + sink.describe() + " cause=" + e.getMessage(),
          e);
    }
  }

  /** Where the place of a sink is stored. */
  public static String property(String sink) {
    return PREFIX + sink + ".place";
  }

  /** Where the place of a sink is stored; each branch has rows of its own, and so a place. */
  public static String property(String sink, String branch) {
    return branch.equals(SnapshotRef.MAIN_BRANCH)
        ? property(sink)
        : PREFIX + sink + ".branch." + branch + ".place";
  }

  private @Nullable Table load() {
    try {
      return catalog.tables().loadTable(sink.identifier());
    } catch (NoSuchTableException e) {
      LOG.debug("{} is not there yet", sink.describe(), e);
      return null;
    } catch (NotFoundException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the catalog has a table whose metadata is not where it should be; a lake that was moved"
              + " must be moved back, as its files are known by where they are: "
              + sink.describe()
              + " cause="
              + e.getMessage(),
          e);
    } catch (UncheckedSQLException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the catalog cannot be read; is it a file of something else? "
              + sink.describe()
              + " cause="
              + e.getCause(),
          e);
    }
  }

  private static TableOperations operations(Table table) {
    return ((HasTableOperations) table).operations();
  }

  @Override
  public Optional<SinkPlace> place() {
    return Optional.ofNullable(known).map(SinkPlace::parse);
  }

  /** The table, as it should be: made if it is absent, with the columns of the relation. */
  private TableOperations prepared() {
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the session is closed: " + sink.describe());
    }
    TableOperations there = operations;
    if (there == null) {
      there = operations(create());
      operations = there;
    }
    if (shape == null) {
      sink.mode().check(there.current(), sink.describe());
      checkSpec(there);
      evolve(there);
      TableMetadata now = there.current();
      shape = TableShape.of(source.schema(), now.schema());
      shaped = now;
    }
    return there;
  }

  private Table create() {
    LOG.info("making {}", sink.describe());
    org.apache.iceberg.Schema schema =
        TableShape.toCreate(source.schema(), sink.mode().of(source).key());
    makeNamespace();
    try {
      return catalog
          .tables()
          .buildTable(sink.identifier(), schema)
          .withPartitionSpec(sink.spec(schema))
          .withSortOrder(sink.order(schema))
          .withProperties(sink.tableProperties())
          .create();
    } catch (AlreadyExistsException e) {
      throw new EngineException(
          Kind.UNAVAILABLE, "another writer has made it meanwhile: " + sink.describe(), e);
    }
  }

  /** Catalogs that know namespaces want a table's to be there. */
  private void makeNamespace() {
    Namespace namespace = sink.identifier().namespace();
    if (catalog.tables() instanceof SupportsNamespaces namespaces
        && !namespaces.namespaceExists(namespace)) {
      try {
        namespaces.createNamespace(namespace);
      } catch (AlreadyExistsException e) {
        LOG.debug("another writer has made the namespace of {}", sink.describe(), e);
      }
    }
  }

  private void checkSpec(TableOperations there) {
    if (sink.partitions().isEmpty()) {
      return;
    }
    PartitionSpec found = there.current().spec();
    PartitionSpec wanted = sink.spec(there.current().schema());
    if (!found.compatibleWith(wanted)) {
      throw new EngineException(
          Kind.INVALID,
          sink.describe()
              + " is there and is partitioned in another way; write to another table, or leave the"
              + " partitions out, and the table's are used: wanted="
              + wanted.fields()
              + " found="
              + found.fields());
    }
  }

  private void evolve(TableOperations there) {
    UpdateSchema update = new BaseTable(there, sink.table()).updateSchema();
    TableShape.evolve(source.schema(), there.current().schema(), update, sink.describe());
    boolean isMissing =
        source.schema().names().stream()
            .anyMatch(name -> there.current().schema().findField(name) == null);
    if (isMissing) {
      LOG.info("{} gets new columns: {}", sink.describe(), source.schema().names());
      update.commit();
    }
  }

  @Override
  public void write(SinkChanges written) {
    TableOperations there = prepared();
    TableChanges to = changes;
    if (to == null) {
      to = sink.mode().changes(sink, source, Objects.requireNonNull(shape));
      changes = to;
    }
    try {
      to.write(table(there), written);
    } catch (ValidationException e) {
      throw notMade(e);
    }
  }

  /** The table as long as nobody else writes to it: what it has then is not compared with ours. */
  private Table table(TableOperations there) {
    return new BaseTable(
        new FencedOperations(there, property, known, metadata -> {}, steps), sink.table());
  }

  private EngineException notMade(RuntimeException cause) {
    return new EngineException(
        Kind.UNAVAILABLE,
        "a commit was not made: " + sink.describe() + " cause=" + cause.getMessage(),
        cause);
  }

  @Override
  public void commit(SinkPlace place) {
    TableOperations there = prepared();
    TableChanges all = changes;
    FencedOperations fenced =
        new FencedOperations(
            there,
            property,
            known,
            metadata -> {
              checkShape(metadata);
              if (all != null) {
                all.check(metadata);
              }
            },
            steps);
    try {
      if (all != null) {
        all.complete(table(there));
      }
      commit(fenced, place);
    } catch (CommitStateUnknownException e) {
      keepFiles(fenced);
      throw new EngineException(
          Kind.COMMIT_UNKNOWN, "it is not known whether a commit is there: " + sink.describe(), e);
    } catch (ValidationException | CommitFailedException e) {
      keepFiles(fenced);
      throw notMade(e);
    } catch (RuntimeException | Error e) {
      keepFiles(fenced);
      throw e;
    }
    known = place.text();
    TableMetadata committed = fenced.committed();
    if (all != null && committed != null) {
      all.committed(committed);
    }
  }

  /**
   * Files are written for columns and partitions that the table had. If somebody else has changed
   * these, the next session looks whether they can still be written to, and writes new files.
   */
  private void checkShape(TableMetadata found) {
    TableMetadata expected = shaped;
    if (expected != null
        && (!found.schema().sameSchema(expected.schema())
            || found.defaultSpecId() != expected.defaultSpecId())) {
      throw new ValidationException(
          "columns or partitions have changed while files were written: expected=%s %s found=%s %s",
          expected.schema().columns(),
          expected.spec().fields(),
          found.schema().columns(),
          found.spec().fields());
    }
  }

  /** Files that a commit was tried with may be in the table; if they are not, they are orphans. */
  private void keepFiles(FencedOperations fenced) {
    if (fenced.hasTried() && changes != null) {
      changes.leave();
    }
  }

  private void commit(FencedOperations fenced, SinkPlace place) {
    Transaction transaction = Transactions.newTransaction(sink.table(), fenced);
    Map<String, String> summary =
        Map.of(
            "leat.sink", source.name(), "leat.position", Long.toString(place.position().value()));
    boolean isMoved = changes != null && changes.addTo(transaction, summary);
    if (!isMoved && !sink.lake().replacesExactVersions()) {
      AppendFiles nothing = transaction.newAppend().toBranch(sink.branch());
      summary.forEach(nothing::set);
      nothing.commit();
    }
    transaction.updateProperties().set(property, place.text()).commit();
    transaction.commitTransaction();
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    TableChanges uncommitted = changes;
    changes = null;
    if (uncommitted != null) {
      uncommitted.abandon();
    }
    catalog.close();
  }
}
