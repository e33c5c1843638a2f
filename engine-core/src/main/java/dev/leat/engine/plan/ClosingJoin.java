package dev.leat.engine.plan;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A join of two streams within a time, which lets go of rows that can match nothing any more. What
 * it gives is final: pairs come when the later of their rows does, and a row that matches nothing
 * comes once, when nothing can match it any more.
 *
 * <p>There is one time for both sides: the smallest watermark of all streams with event time below,
 * less the lateness. A row that happened before that is late when it comes: it goes to the ledger,
 * and is not joined. A row is let go of when the last time at which a row could match it is before
 * that. So no row that is not late misses another that is not late: the result is what the join is,
 * in batch, of the rows that were not late.
 */
public final class ClosingJoin extends Node implements Joined {
  /**
   * Which rows match beside those whose keys are equal, and when they are let go of.
   *
   * @param range how far their times may be apart
   * @param condition must be true of a pair, too; null for none
   * @param lateness for how long after a time rows of it are taken; zero to ten years
   * @param scan why every row may be compared with every other; null if it may not
   */
  public record Matching(
      TimeRange range, @Nullable Expr condition, Duration lateness, @Nullable String scan) {}

  private final Join.Kind kind;
  private final JoinKeys keys;
  private final Matching matching;
  private final JoinedColumns columns;
  private final List<Node.Input> sources;

  private ClosingJoin(
      Node left,
      Node right,
      Join.Kind kind,
      JoinKeys keys,
      Matching matching,
      JoinedColumns columns) {
    super(
        List.of(left, right),
        kind.givesPairs() ? columns.schema(kind.keepsRight(), kind.keepsLeft()) : columns.left(),
        traits(left, right, kind),
        step(left, right, kind, keys, matching, columns));
    this.kind = kind;
    this.keys = keys;
    this.matching = matching;
    this.columns = columns;
    this.sources = ClosingRules.sources(List.of(left, right));
  }

  /**
   * Checks keys, names, times and condition, and that rows of both sides only come and have the
   * event time of streams.
   */
  public static ClosingJoin of(
      Node left, Node right, Join.Kind kind, JoinKeys keys, Matching matching) {
    String place = word(kind) + " of " + left.describe() + " with " + right.describe();
    keys.check(left, right, place);
    if (keys.size() == 0 && matching.scan() == null) {
      throw invalid(
          place
              + ": it has no keys, so that every row of one side is compared with every row of the"
              + " other that is kept; name columns that are equal with .on(...), or accept it with"
              + " .acceptScan(\"why\")");
    }
    TimeRange range = matching.range();
    range.check(place);
    ClosingRules.checkLateness(matching.lateness(), place);
    checkSide(left, Side.LEFT, matching, place);
    checkSide(right, Side.RIGHT, matching, place);
    Expr condition = matching.condition();
    JoinedColumns columns =
        kind.givesPairs() || condition != null
            ? JoinedColumns.of(left, right, keys, place)
            : JoinedColumns.ofLeft(left, right);
    if (condition != null) {
      TypeRules.checkCondition(condition, columns.schema(), place);
    }
    traits(left, right, kind).checkCopies(place, "joined");
    return new ClosingJoin(left, right, kind, keys, matching, columns);
  }

  private static void checkSide(Node input, Side of, Matching matching, String place) {
    String side = of.name().toLowerCase(Locale.ROOT);
    String time = matching.range().time(of);
    if (!input.isAppendOnly()) {
      throw invalid(
          place
              + ": rows of its "
              + side
              + " side, "
              + input.describe()
              + ", can be taken back, also after they were let go of, and what is told is final;"
              + " join streams of which rows only come, or leave out .closing(...) and keep all rows"
              + " with .acceptGrowth(\"why\") on each side");
    }
    input.schema().indexOf(time, place + ", time of the " + side + " side");
    ClosingRules.checkJoined(
        input, time, matching.lateness(), place + ": the time of its " + side + " side,");
  }

  /**
   * Checks that what closes over this takes all of its rows, which come later than those of the
   * streams: a pair comes with the later of its rows, and a row alone when its time is over. That
   * holds for one time; what has a stream more goes on while all streams of this are idle.
   *
   * @param column of this, by which it closes
   * @param lateness of what closes
   * @param what that time is of it
   */
  void checkLateness(String column, Duration lateness, String what) {
    long lag = lagMicros(column);
    if (lag < 0) {
      List<String> times = schema().names().stream().filter(name -> lagMicros(name) >= 0).toList();
      throw invalid(
          what
              + " '"
              + column
              + "' of "
              + describe()
              + ", is not a time within which that joins, or is null in its rows that match nothing;"
              + " those that would do: "
              + times);
    }
    if (Lengths.micros(lateness) < lag) {
      throw invalid(
          what
              + " '"
              + column
              + "' of "
              + describe()
              + ", may be that far behind the watermark when its rows come, so that some would be"
              + " late; take a lateness of that at least: lateness="
              + Lengths.text(lateness)
              + " behind="
              + Lengths.text(lag));
    }
  }

  /**
   * How far the times in a column may be behind the watermark when rows come; -1 where it is no
   * time, or not there in all rows.
   */
  private long lagMicros(String column) {
    JoinedColumns.Source source = columns.sources().get(schema().find(column));
    boolean isLeft = isTime(Side.LEFT, source.left());
    boolean isRight = isTime(Side.RIGHT, source.right());
    if (isLeft && !kind.keepsRight()) {
      return lagMicros(Side.LEFT);
    }
    if (isRight && !kind.keepsLeft()) {
      return lagMicros(Side.RIGHT);
    }
    return isLeft && isRight ? Math.max(lagMicros(Side.LEFT), lagMicros(Side.RIGHT)) : -1;
  }

  private boolean isTime(Side side, int column) {
    return column >= 0 && input(side).schema().field(column).name().equals(range().time(side));
  }

  private long lagMicros(Side side) {
    return latenessMicros() + Math.max(0, range().laterMicros(side));
  }

  private static String word(Join.Kind kind) {
    return "closing " + kind.name().toLowerCase(Locale.ROOT) + " join";
  }

  private static RowTraits traits(Node left, Node right, Join.Kind kind) {
    RowTraits ofLeft = left.traits();
    RowTraits ofRight = right.traits();
    return kind.givesPairs()
        ? new RowTraits(
            true,
            ofLeft.holdsStream() || ofRight.holdsStream(),
            ofLeft.copies() * ofRight.copies(),
            Optional.empty())
        : new RowTraits(true, ofLeft.holdsStream(), ofLeft.copies(), Optional.empty());
  }

  private static Canonical step(
      Node left,
      Node right,
      Join.Kind kind,
      JoinKeys keys,
      Matching matching,
      JoinedColumns columns) {
    Canonical text = keys.write(new Canonical("closing-join").word(kind.name()), left, right);
    matching.range().write(text);
    Expr condition = matching.condition();
    if (condition == null) {
      text.word("-");
    } else {
      text.expr(condition).fields(columns.schema().fields(List.copyOf(condition.columns())));
    }
    // What is kept, as it lies there.
    for (Side side : Side.values()) {
      Node input = side == Side.LEFT ? left : right;
      text.fields(input.schema().fields(kept(input, side, kind, keys, matching, columns)));
    }
    return ClosingRules.write(
        text, matching.lateness(), ClosingRules.sources(List.of(left, right)));
  }

  /** The columns of a side that are kept: all that the result has, or the condition reads. */
  private static List<String> kept(
      Node input,
      Side side,
      Join.Kind kind,
      JoinKeys keys,
      Matching matching,
      JoinedColumns columns) {
    List<String> all = input.schema().names();
    if (side == Side.LEFT || kind.givesPairs()) {
      return all;
    }
    Set<String> read = new LinkedHashSet<>(keys.right());
    read.add(matching.range().right());
    Expr condition = matching.condition();
    for (int c = 0; condition != null && c < columns.sources().size(); c++) {
      int right = columns.sources().get(c).right();
      if (right >= 0 && condition.columns().contains(columns.schema().field(c).name())) {
        read.add(all.get(right));
      }
    }
    return all.stream().filter(read::contains).toList();
  }

  public Join.Kind kind() {
    return kind;
  }

  @Override
  public JoinKeys keys() {
    return keys;
  }

  /** How far the times of rows that match may be apart. */
  public TimeRange range() {
    return matching.range();
  }

  /** What must be true of a pair beside; null if nothing must. */
  public @Nullable Expr condition() {
    return matching.condition();
  }

  /** For how long after a time rows of it are taken. */
  public long latenessMicros() {
    return Lengths.micros(matching.lateness());
  }

  /** The streams whose watermarks count, each once. */
  public List<Node.Input> timed() {
    return sources;
  }

  /** Does it give rows of a side, once nothing can match them any more? */
  public boolean tellsAlone(Side side) {
    return side == Side.LEFT ? kind.keepsLeft() : kind.keepsRight();
  }

  /** The columns of a side that it keeps, whoever reads them. */
  public List<String> kept(Side side) {
    return kept(input(side), side, kind, keys, matching, columns);
  }

  @Override
  public JoinedColumns columns() {
    return columns;
  }

  @Override
  public int shownColumns() {
    return schema().size();
  }

  @Override
  public boolean isKept(Side side) {
    return false;
  }

  @Override
  public boolean needsRows(Side side) {
    return false;
  }

  @Override
  public Set<String> read(Side side, Set<String> needed) {
    return Set.copyOf(kept(side));
  }

  StateBound stateBound() {
    return new StateBound(
        StateBound.Kind.TIME,
        "left: rows "
            + ClosingRules.until(sources, matching.lateness(), range().end(Side.LEFT))
            + ", right: rows until it is that behind "
            + range().end(Side.RIGHT));
  }

  /** What it computes, for people. */
  String text() {
    StringBuilder text = new StringBuilder(word(kind));
    text.append(keys.size() == 0 ? " of every row with every other" : " " + keys.text());
    if (matching.scan() != null) {
      text.append(" (accepted: ").append(matching.scan()).append(")");
    }
    text.append(" and ").append(range());
    if (matching.condition() != null) {
      text.append(" and ").append(matching.condition());
    }
    return text.append(", lateness ").append(Lengths.text(matching.lateness())).toString();
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.closingJoin(this);
  }

  @Override
  String word() {
    return word(kind) + " with " + right().originWord();
  }
}
