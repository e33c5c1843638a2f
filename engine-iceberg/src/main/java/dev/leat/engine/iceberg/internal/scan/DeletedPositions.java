package dev.leat.engine.iceberg.internal.scan;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.key.KeyIndex;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import dev.leat.engine.iceberg.internal.parquet.KeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.util.ContentFileUtil;

/**
 * Which rows of files are deleted, by deletion vectors and by files of keys. Keys that were read
 * are kept, as one file of them is about many files of rows.
 */
public final class DeletedPositions {
  private final Table table;
  private final String what;
  private final Map<List<Integer>, RowKeys> keysOf = new HashMap<>();
  private final Map<String, KeyIndex> deletedKeys = new HashMap<>();

  /**
   * Of a table.
   *
   * @param what for messages
   */
  public DeletedPositions(Table table, String what) {
    this.table = table;
    this.what = what;
  }

  private void requireParquet(ContentFile<?> file) {
    if (file.format() != FileFormat.PARQUET) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " has a file that is not read here; have the table's files rewritten as Parquet:"
              + " location="
              + file.location());
    }
  }

  /** Are these deletes read here, for a file that is? */
  public boolean isReadable(List<DeleteFile> deletes) {
    return deletes.stream()
        .allMatch(
            delete ->
                delete.content() == FileContent.EQUALITY_DELETES
                    ? delete.format() == FileFormat.PARQUET
                        && delete.equalityFieldIds().stream()
                            .allMatch(id -> table.schema().findColumnName(id) != null)
                    : ContentFileUtil.isDV(delete));
  }

  /** Which positions of a file are deleted. */
  public LongPredicate of(DataFile data, List<DeleteFile> deletes) {
    requireParquet(data);
    List<DeleteFile> byKey = new ArrayList<>();
    PositionDeleteIndex vector = PositionDeleteIndex.empty();
    for (DeleteFile delete : deletes) {
      if (delete.content() == FileContent.EQUALITY_DELETES) {
        byKey.add(delete);
      } else if (ContentFileUtil.isDV(delete)) {
        vector = vector(table.io(), delete);
      } else {
        throw new EngineException(
            Kind.INVALID,
            what
                + " has rows that somebody else has deleted by files of positions, which are not"
                + " read here; have the table's files rewritten: deletes="
                + delete.location());
      }
    }
    BitSet gone = new BitSet();
    byKey.stream()
        .map(DeleteFile::equalityFieldIds)
        .distinct()
        .forEach(
            ids ->
                mark(
                    data,
                    ids,
                    byKey.stream().filter(d -> d.equalityFieldIds().equals(ids)).toList(),
                    gone));
    PositionDeleteIndex byPosition = vector;
    return position -> byPosition.isDeleted(position) || gone.get(Math.toIntExact(position));
  }

  /** Reads a deletion vector. */
  public static PositionDeleteIndex vector(FileIO io, DeleteFile file) {
    byte[] bytes = new byte[Math.toIntExact(Objects.requireNonNull(file.contentSizeInBytes()))];
    try {
      IOUtil.readFully(
          io.newInputFile(file.location()),
          Objects.requireNonNull(file.contentOffset()),
          bytes,
          0,
          bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.location(), e);
    }
    return PositionDeleteIndex.deserialize(bytes, file);
  }

  /** Marks the positions whose keys are in one of some files of keys. */
  private void mark(DataFile file, List<Integer> ids, List<DeleteFile> deletes, BitSet gone) {
    RowKeys keys = keysOf.computeIfAbsent(ids, this::keys);
    List<KeyIndex> deleted = deletes.stream().map(delete -> deletedKeys(delete, keys)).toList();
    new KeyFile(table.io().newInputFile(file.location()), keys, ids)
        .read(
            position -> deleted.stream().anyMatch(index -> has(index, keys)),
            position -> gone.set(Math.toIntExact(position)));
  }

  private static boolean has(KeyIndex index, RowKeys keys) {
    return index.get(keys.hash().high(), keys.hash().low()) != KeyIndex.NONE;
  }

  private RowKeys keys(List<Integer> ids) {
    for (int id : ids) {
      if (table.schema().findColumnName(id) == null) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " has rows that were deleted by a column that the table no longer has; have the"
                + " table's files rewritten: column_number="
                + id);
      }
    }
    return RowKeys.ofFiles(table.schema(), ids);
  }

  private KeyIndex deletedKeys(DeleteFile delete, RowKeys keys) {
    KeyIndex known = deletedKeys.get(delete.location());
    if (known != null) {
      return known;
    }
    requireParquet(delete);
    KeyIndex index = new KeyIndex();
    new KeyFile(table.io().newInputFile(delete.location()), keys, delete.equalityFieldIds())
        .read(
            position -> true,
            position -> {
              long unused = index.put(keys.hash().high(), keys.hash().low(), 0);
            });
    deletedKeys.put(delete.location(), index);
    return index;
  }
}
