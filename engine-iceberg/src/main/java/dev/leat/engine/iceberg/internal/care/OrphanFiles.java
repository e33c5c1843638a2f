package dev.leat.engine.iceberg.internal.care;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files in the folder of a table that no version of it has.
 *
 * <p>First the folder is listed, then the table is loaded: what a commit has brought in between is
 * found in the table, and what a later one brings is too young, as long as nobody takes longer from
 * a file to its commit than the age that is asked for.
 */
public final class OrphanFiles {
  /** Of tables of Hadoop's catalog; Iceberg's own method that says so needs Hadoop. */
  private static final String VERSION_HINT = "/metadata/version-hint.text";

  private static final Logger LOG = LoggerFactory.getLogger(OrphanFiles.class);

  private final Catalog catalog;
  private final TableIdentifier name;

  public OrphanFiles(Catalog catalog, TableIdentifier name) {
    this.catalog = catalog;
    this.name = name;
  }

  /** Removes those that were written before; says where they were. */
  public List<String> remove(Instant before) {
    requireNothingWithin();
    Table listed = catalog.loadTable(name);
    FileIO io = listed.io();
    if (!(io instanceof SupportsPrefixOperations folder)) {
      throw new EngineException(
          Kind.INVALID, "the store of the table cannot list a folder: table=" + name);
    }
    List<String> aged = new ArrayList<>();
    String location = listed.location();
    for (String part : List.of("/data/", "/metadata/")) {
      for (FileInfo file : folder.listPrefix(location + part)) {
        if (file.createdAtMillis() < before.toEpochMilli()) {
          aged.add(file.location());
        }
      }
    }
    Set<String> reachable = reachable(catalog.loadTable(name));
    List<String> removed = new ArrayList<>();
    for (String file : aged) {
      if (!reachable.contains(plain(file))) {
        try {
          io.deleteFile(file);
          removed.add(file);
        } catch (NotFoundException e) {
          LOG.debug("somebody else has removed it: location={}", file, e);
        }
      }
    }
    LOG.info("{} files were in no version of {}: {}", removed.size(), name, removed);
    return removed;
  }

  /** The folder of a table in a namespace of the table's name is within the table's folder. */
  private void requireNothingWithin() {
    String[] levels = new String[name.namespace().length() + 1];
    System.arraycopy(name.namespace().levels(), 0, levels, 0, levels.length - 1);
    levels[levels.length - 1] = name.name();
    Namespace within = Namespace.of(levels);
    try {
      boolean isThere =
          catalog instanceof SupportsNamespaces namespaces && namespaces.namespaceExists(within);
      if (isThere || !catalog.listTables(within).isEmpty()) {
        throw new EngineException(
            Kind.INVALID,
            "other tables may be in the folder of this one, as their namespace has its name; move"
                + " them: namespace="
                + within);
      }
    } catch (NoSuchNamespaceException e) {
      LOG.debug("there are no tables within {}", name, e);
    }
  }

  private static Set<String> reachable(Table table) {
    Set<String> all = new HashSet<>();
    ReachableFileUtil.metadataFileLocations(table, true).forEach(file -> all.add(plain(file)));
    ReachableFileUtil.manifestListLocations(table).forEach(file -> all.add(plain(file)));
    ReachableFileUtil.statisticsFilesLocations(table).forEach(file -> all.add(plain(file)));
    all.add(plain(table.location() + VERSION_HINT));
    all.add(plain(((HasTableOperations) table).operations().current().metadataFileLocation()));
    Set<String> manifests = new HashSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      for (ManifestFile manifest : snapshot.allManifests(table.io())) {
        if (manifests.add(manifest.path())) {
          all.add(plain(manifest.path()));
          addFiles(table, manifest, all);
        }
      }
    }
    return all;
  }

  private static void addFiles(Table table, ManifestFile manifest, Set<String> all) {
    try (CloseableIterable<? extends ContentFile<?>> files =
        manifest.content() == ManifestContent.DATA
            ? ManifestFiles.read(manifest, table.io(), table.specs())
            : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
      for (ContentFile<?> file : files) {
        all.add(plain(file.location()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + manifest.path(), e);
    }
  }

  /** The same file, whatever its scheme is spelled as. */
  private static String plain(String location) {
    int scheme = location.indexOf(':');
    if (scheme < 0) {
      return location;
    }
    String path = location.substring(scheme + 1).replaceFirst("^/+", "/");
    String kind = location.substring(0, scheme).toLowerCase(Locale.ROOT);
    return kind.equals("file") ? path : kind.startsWith("s3") ? "s3:" + path : kind + ":" + path;
  }
}
