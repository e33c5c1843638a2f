package dev.leat.engine.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Each row of a relation that only grows, beside the rows of another that have its key at the
 * moment when it comes in, or nulls where there is none. What the other relation becomes later
 * changes nothing of it: nothing is corrected, and no row of the left is kept. So unlike all other
 * relations it depends on the order in which rows come in. A row sees what came in with it, in the
 * same epoch.
 */
public final class LookupJoin extends Node implements Joined {
  private final JoinKeys keys;
  private final JoinedColumns columns;
  private final @Nullable String growthReason;

  private LookupJoin(
      Node left, Node right, JoinKeys keys, JoinedColumns columns, @Nullable String growthReason) {
    super(
        List.of(left, right),
        columns.schema(false, true),
        traits(left, right),
        keys.write(new Canonical("lookup"), left, right));
    this.keys = keys;
    this.columns = columns;
    this.growthReason = growthReason;
  }

  /**
   * Checks keys and names, that rows of the left only come, and that those of the right, which are
   * kept, do not grow with the input.
   *
   * @param growthReason why the rows of the right may grow with the input; null if they may not
   */
  public static LookupJoin of(Node left, Node right, JoinKeys keys, @Nullable String growthReason) {
    String place = "lookup of " + left.describe() + " in " + right.describe();
    keys.check(left, right, place);
    if (!left.isAppendOnly()) {
      throw invalid(
          place
              + ": its left side is taken back and corrected, and nobody would know what was looked"
              + " up for a row then; use .leftJoin(...)");
    }
    if (keys.size() == 0) {
      throw invalid(place + ": it has no keys; name columns that are equal with .on(...)");
    }
    traits(left, right).checkCopies(place, "joined");
    JoinedColumns columns = JoinedColumns.of(left, right, keys, place);
    if (StateBound.ofRows(right).kind() == StateBound.Kind.GROWS && growthReason == null) {
      throw invalid(
          place
              + ": it keeps every row of its right side, "
              + right.describe()
              + ", for ever, because a row of the left that comes later must find it: its state"
              + " grows with the input; three ways out: aggregate that side before the lookup; or"
              + " keep the first or last row of each key only, with"
              + " .partitionBy(...).orderBy(...).first(); or accept it with .acceptGrowth(\"why\")"
              + " on that side, before the lookup");
    }
    return new LookupJoin(left, right, keys, columns, growthReason);
  }

  private static RowTraits traits(Node left, Node right) {
    RowTraits ofLeft = left.traits();
    return new RowTraits(
        true, ofLeft.holdsStream(), ofLeft.copies() * right.traits().copies(), Optional.empty());
  }

  @Override
  public JoinKeys keys() {
    return keys;
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
    return side == Side.RIGHT;
  }

  StateBound stateBound() {
    StateBound ofRight = StateBound.ofRows(right());
    return new StateBound(ofRight.kind(), "right: " + ofRight.accepted(growthReason));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.lookup(this);
  }

  @Override
  String word() {
    return "lookup in " + right().originWord();
  }
}
