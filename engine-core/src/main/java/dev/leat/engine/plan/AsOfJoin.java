package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Each row of a relation beside the version of its key in another that was valid at the row's time:
 * the one with the latest time that is not after it; nulls where there is none. A version that
 * comes late, changes or goes corrects the rows that it concerns. A row without a time, or a
 * version without one, matches nothing.
 */
public final class AsOfJoin extends Node implements Joined {
  private final JoinKeys keys;
  private final String leftTime;
  private final String rightTime;
  private final JoinedColumns columns;
  private final Join.Accepted accepted;

  /**
   * The columns that tell which version was valid.
   *
   * @param left when a row of the left happened
   * @param right since when a version is valid
   */
  public record Times(String left, String right) {}

  private AsOfJoin(
      Node left, Node right, JoinKeys keys, Times times, Join.Accepted accepted, String place) {
    super(
        List.of(left, right),
        JoinedColumns.of(left, right, keys, place).schema(false, true),
        traits(left),
        keys.write(new Canonical("as-of").name(times.left()).name(times.right()), left, right)
            .fields(Canonical.read(List.of(new Expr.Column(times.left())), left))
            .fields(Canonical.read(List.of(new Expr.Column(times.right())), right)));
    this.keys = keys;
    this.leftTime = times.left();
    this.rightTime = times.right();
    this.columns = JoinedColumns.of(left, right, keys, place);
    this.accepted = accepted;
  }

  /** Checks keys, names, times and growth, and that a key has one version at a time. */
  public static AsOfJoin of(
      Node left, Node right, JoinKeys keys, Times times, Join.Accepted accepted) {
    String place = "as-of join of " + left.describe() + " with " + right.describe();
    keys.check(left, right, place);
    Field leftTime = left.schema().field(left.schema().indexOf(times.left(), place));
    Field rightTime = right.schema().field(right.schema().indexOf(times.right(), place));
    if (!leftTime.type().equals(rightTime.type()) || !isTime(leftTime.type())) {
      throw invalid(
          place
              + ": its times must be two instants, dates or whole numbers of one type: "
              + leftTime
              + " and "
              + rightTime
              + "; cast one of them");
    }
    List<String> ofVersion = new ArrayList<>(keys.right());
    ofVersion.add(times.right());
    if (!JoinKeys.areUnique(right, ofVersion)) {
      throw invalid(
          place
              + ": two versions of one key could have the same time; make "
              + ofVersion
              + " the primary key of the table, or group by them");
    }
    if (keys.right().contains(times.right()) || keys.left().contains(times.left())) {
      throw invalid(place + ": a time cannot be a key too: " + times);
    }
    if (StateBound.ofRows(left).kind() == StateBound.Kind.GROWS && accepted.leftGrowth() == null) {
      throw invalid(
          place
              + ": it keeps every row of its left side, "
              + left.describe()
              + ", for ever, because a version that comes late corrects it: its state grows with the"
              + " input; three ways out: aggregate that side before the join; or look up what is"
              + " valid when a row comes, and keep none, with .lookup(...); or accept it with"
              + " .acceptGrowth(\"why\") on that side, before the join");
    }
    return new AsOfJoin(left, right, keys, times, accepted, place);
  }

  private static boolean isTime(Type type) {
    return type.isInteger() || type.kind() == Type.Kind.INSTANT || type.kind() == Type.Kind.DATE;
  }

  private static RowTraits traits(Node left) {
    RowTraits ofLeft = left.traits();
    return new RowTraits(
        false,
        ofLeft.holdsStream(),
        ofLeft.copies(),
        ofLeft.key(),
        left.isNumbered() || left.isAppendOnly());
  }

  @Override
  public JoinKeys keys() {
    return keys;
  }

  /** The time of a row of the left. */
  public String leftTime() {
    return leftTime;
  }

  /** The time since when a version is valid. */
  public String rightTime() {
    return rightTime;
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
  public boolean needsRows(Side side) {
    return true;
  }

  @Override
  public boolean isKept(Side side) {
    return true;
  }

  /** Why the left side may grow with the input; null if it may not. */
  public @Nullable String growthReason() {
    return accepted.leftGrowth();
  }

  StateBound stateBound() {
    StateBound ofLeft = StateBound.ofRows(left());
    StateBound ofRight = StateBound.ofRows(right());
    String reason = growthReason();
    String left =
        ofLeft.kind() == StateBound.Kind.GROWS && reason != null
            ? ofLeft.text() + " (accepted: " + reason + ")"
            : ofLeft.text();
    StateBound.Kind larger =
        ofLeft.kind().compareTo(ofRight.kind()) > 0 ? ofLeft.kind() : ofRight.kind();
    return new StateBound(larger, "left: " + left + ", right: " + ofRight.text());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.asOf(this);
  }

  @Override
  String word() {
    return "as-of join with " + right().originWord();
  }
}
