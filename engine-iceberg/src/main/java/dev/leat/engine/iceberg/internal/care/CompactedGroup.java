package dev.leat.engine.iceberg.internal.care;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.apache.iceberg.DataFile;

/**
 * Some files of one partition, and what they have become: the rows that were live, in their order.
 * So of each row it is known where it was and where it is now, and rows that go from where they
 * were while the new files are being written can be deleted in these.
 */
final class CompactedGroup {
  /** A file whose live rows were copied. */
  private record Source(DataFile file, BitSet skipped) {
    private long rows() {
      return file.recordCount() - skipped.cardinality();
    }
  }

  private final List<Source> sources = new ArrayList<>();
  private final List<DataFile> targets = new ArrayList<>();

  /**
   * A file was copied.
   *
   * @param skipped the positions of the rows that were not
   */
  void copied(DataFile file, BitSet skipped) {
    sources.add(new Source(file, skipped));
  }

  /** A file is complete that has what was copied. */
  void made(DataFile file) {
    targets.add(file);
  }

  List<DataFile> sources() {
    return sources.stream().map(Source::file).toList();
  }

  List<DataFile> targets() {
    return targets;
  }

  /**
   * The rows that have gone since they were copied, as positions in the new files.
   *
   * @param deleted what is deleted by position in the files that were copied, by location; all is,
   *     in one that is not there
   */
  Map<DataFile, BitSet> gone(Map<String, LongPredicate> deleted) {
    Map<Long, DataFile> starts = new LinkedHashMap<>();
    Map<DataFile, BitSet> gone = new HashMap<>();
    long start = 0;
    for (DataFile target : targets) {
      starts.put(start, target);
      start += target.recordCount();
    }
    Cursor cursor = new Cursor(starts, gone);
    long first = 0;
    for (Source source : sources) {
      forEachGone(source, first, deleted.getOrDefault(source.file.location(), p -> true), cursor);
      first += source.rows();
    }
    return gone;
  }

  private static void forEachGone(
      Source source, long first, LongPredicate isDeleted, LongConsumer to) {
    long row = first;
    for (int position = 0; position < source.file.recordCount(); position++) {
      if (!source.skipped.get(position)) {
        if (isDeleted.test(position)) {
          to.accept(row);
        }
        row++;
      }
    }
  }

  /** Puts rows, which come in their order, into their files. */
  private static final class Cursor implements LongConsumer {
    private final List<Map.Entry<Long, DataFile>> starts;
    private final Map<DataFile, BitSet> gone;
    private int at;

    private Cursor(Map<Long, DataFile> starts, Map<DataFile, BitSet> gone) {
      this.starts = List.copyOf(starts.entrySet());
      this.gone = gone;
    }

    @Override
    public void accept(long row) {
      while (at + 1 < starts.size() && starts.get(at + 1).getKey() <= row) {
        at++;
      }
      Map.Entry<Long, DataFile> target = starts.get(at);
      gone.computeIfAbsent(target.getValue(), file -> new BitSet())
          .set(Math.toIntExact(row - target.getKey()));
    }
  }
}
