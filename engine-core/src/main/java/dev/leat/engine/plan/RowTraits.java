package dev.leat.engine.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a relation knows of its rows, from what its inputs know.
 *
 * @param isAppendOnly are rows only added?
 * @param holdsStream does a row of a stream stay for ever, as a row of its own or in an array?
 * @param copies how often one row of an input may be here
 * @param key columns that no two rows share
 * @param isNumbered does whoever computes it give each row a number that its later versions keep?
 *     Where there is a key, that has the number
 */
record RowTraits(
    boolean isAppendOnly,
    boolean holdsStream,
    long copies,
    Optional<List<String>> key,
    boolean isNumbered) {
  /** Rows that have numbers if they have a key. */
  RowTraits(boolean isAppendOnly, boolean holdsStream, long copies, Optional<List<String>> key) {
    this(isAppendOnly, holdsStream, copies, key, key.isPresent());
  }

  static RowTraits ofInput(Node.InputKind kind, List<String> primaryKey) {
    boolean isStream = kind == Node.InputKind.STREAM;
    boolean hasKey = kind == Node.InputKind.KEYED_TABLE;
    return new RowTraits(
        isStream, isStream, 1, hasKey ? Optional.of(List.copyOf(primaryKey)) : Optional.empty());
  }

  /** Of rows with new columns: the key is known as long as its columns are there. */
  RowTraits select(List<NamedExpr> columns) {
    Map<String, String> renamed = new HashMap<>();
    for (NamedExpr column : columns) {
      if (column.expr() instanceof Expr.Column source) {
        renamed.putIfAbsent(source.name(), column.name());
      }
    }
    return new RowTraits(
        isAppendOnly,
        holdsStream,
        copies,
        key.filter(names -> renamed.keySet().containsAll(names))
            .map(names -> names.stream().map(renamed::get).toList()),
        isNumbered);
  }

  /**
   * Of groups.
   *
   * @param holdsStream is there a value in the groups' rows for each row of a stream?
   */
  static RowTraits ofGroups(List<String> keys, boolean holdsStream) {
    return new RowTraits(false, holdsStream, 1, Optional.of(keys));
  }

  /** Of the first rows of an order: a row that a better one puts out is taken back. */
  RowTraits first(List<String> partition, long limit) {
    return limit == 1
        ? new RowTraits(false, false, 1, Optional.of(partition))
        : new RowTraits(false, holdsStream && !OrderBound.isBound(limit), copies, key);
  }

  /** Of the same rows, or only some of them, beside what changes with the rows around them. */
  RowTraits beside(boolean isLimited) {
    return new RowTraits(false, holdsStream && !isLimited, copies, key);
  }

  /** Of the rows of several relations. */
  static RowTraits ofUnion(List<RowTraits> all) {
    return new RowTraits(
        all.stream().allMatch(RowTraits::isAppendOnly),
        all.stream().anyMatch(RowTraits::holdsStream),
        all.stream().mapToLong(RowTraits::copies).sum(),
        Optional.empty());
  }

  /**
   * Checks that a row of an input is not here too often.
   *
   * @param place where that would be
   * @param what becomes of the relations there
   */
  void checkCopies(String place, String what) {
    if (copies > Node.MAX_COPIES) {
      throw Node.invalid(
          place
              + ": one row of an input may be in it too often: copies="
              + copies
              + " limit="
              + Node.MAX_COPIES
              + "; aggregate the relations that are "
              + what
              + ", or make them distinct, before");
    }
  }

  /** Of the same rows, each once. */
  RowTraits distinct(List<String> columns) {
    return new RowTraits(isAppendOnly, false, 1, key.or(() -> Optional.of(columns)));
  }
}
