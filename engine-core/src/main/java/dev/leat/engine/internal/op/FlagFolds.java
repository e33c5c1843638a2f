package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.state.GroupRows;
import org.jspecify.annotations.Nullable;

/**
 * Folds rows into groups of which nothing but flags is kept, all in one word, which are only ever
 * set. Most rows set none that their group has not got, and are left out before groups are touched.
 */
final class FlagFolds {
  private final SeenFlags flags;
  private final Evaluation evaluation;
  private final @Nullable KnownFlags known;
  private final Batch candidates;
  private final Batch changing;
  private int[] changingRows = new int[0];
  private int[] before = new int[0];

  /**
   * Where flags come from.
   *
   * @param ofRows puts the flags of a batch's rows together
   * @param byCode has them by the code of one column, if they follow from one
   */
  record Evaluation(FlagsOfRows ofRows, @Nullable FlagsByCode byCode) {
    /** The flags by code, if they are to be had. */
    @Nullable FlagsByCode codes() {
      return byCode != null && byCode.isInUse() ? byCode : null;
    }
  }

  /** Puts the flags of a batch's rows together. */
  interface FlagsOfRows {
    void take(SeenFlags flags, Batch batch);
  }

  /**
   * Folds flags.
   *
   * @param columns of a batch
   * @param known of groups whose key is one code; null for others
   */
  FlagFolds(SeenFlags flags, Evaluation evaluation, @Nullable KnownFlags known, int columns) {
    this.flags = flags;
    this.evaluation = evaluation;
    this.known = known;
    this.candidates = new Batch(columns);
    this.changing = new Batch(columns);
  }

  /** Do flags follow from codes, so that nothing need be evaluated? The same during a step. */
  boolean areByCode() {
    return evaluation.codes() != null;
  }

  /**
   * The rows of a batch, which was evaluated, that may change their group, and the first of each
   * new group among them. They are to be folded in the same step.
   */
  Batch candidates(Batch batch) {
    FlagsByCode byCode = evaluation.codes();
    KnownFlags some = select(batch);
    if (some != null) {
      flags.start(batch, some);
      Operators.shareColumns(batch, candidates);
      candidates.select(batch.rows(), some.rows(), some.count(), batch.weights());
      return candidates;
    }
    if (byCode != null) {
      flags.start(batch, byCode);
    } else {
      evaluation.ofRows().take(flags, batch);
    }
    return batch;
  }

  /** Selects candidates by the codes of their keys; null if that cannot be done for the batch. */
  @Nullable KnownFlags select(Batch batch) {
    FlagsByCode byCode = evaluation.codes();
    if (known == null || byCode == null || !known.canTell(batch, byCode)) {
      return null;
    }
    known.select(batch, byCode);
    return known;
  }

  /**
   * The candidates that do change their group.
   *
   * @param slots of the groups, by row
   */
  Batch changing(Batch some, int[] slots, GroupRows groups) {
    if (changingRows.length < some.count() + 1) {
      changingRows = new int[some.count() + (some.count() >> 1) + 1];
    }
    int size = flags.changing(some, slots, groups, changingRows);
    Operators.shareColumns(some, changing);
    changing.select(some.rows(), changingRows, size, some.weights());
    return changing;
  }

  /** Folds candidates into copies of their groups' rows. */
  void add(GroupedRows groups, Batch some) {
    flags.add(groups, some);
  }

  /**
   * Folds candidates into the groups themselves.
   *
   * @param slots of the groups, by candidate
   * @param patterns is told what changes; null if nobody reads it
   */
  void set(KnownFlags some, int[] slots, GroupRows groups, @Nullable FlagPatterns patterns) {
    if (before.length < some.count()) {
      before = new int[some.count() + (some.count() >> 1)];
    }
    flags.set(some, slots, groups, before);
    if (patterns != null) {
      patterns.change(before, some.flags(), some.count());
    }
  }

  /** About how many bytes it takes. */
  long bytes() {
    return known == null ? 0 : known.bytes();
  }
}
