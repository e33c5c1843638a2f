package dev.leat.engine.internal.op;

/**
 * How many of a partition's rows are kept in order where only the first ones are told. Between two
 * times that rows go from one part to the other there are at least {@link #surplus} changes.
 *
 * @param usual how many there are after rows were fetched from behind, or given away: some more
 *     than are told
 * @param most how many there may be before some are given away
 * @param surplus how many may be fetched beyond what is usual
 */
record FrontSize(long usual, long most, long surplus) {
  private static final long LEAST_SURPLUS = 8;

  /** Where so many rows are told, or passed over. */
  static FrontSize of(long told) {
    if (told > Integer.MAX_VALUE) {
      // No partition has more rows than that: all are in order.
      return new FrontSize(Long.MAX_VALUE, Long.MAX_VALUE, 1);
    }
    long surplus = Math.max(LEAST_SURPLUS, told);
    return new FrontSize(told + surplus, told + 4 * surplus, 2 * surplus);
  }
}
