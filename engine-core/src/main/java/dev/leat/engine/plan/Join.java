package dev.leat.engine.plan;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pairs of rows of two relations that match, as SQL's joins: their keys are equal and, where
 * there is a condition, that is true of the two. A pair for which the condition fails does not
 * match, and is reported. Either relation may change; a row that found no match and then finds one
 * is corrected.
 */
public final class Join extends Node implements Joined {
  /** What becomes of rows that match, and of those that match nothing. */
  public enum Kind {
    /** Pairs that match. */
    INNER,
    /** Pairs that match, and left rows that match nothing, with nulls for the right. */
    LEFT,
    /** Pairs that match, and right rows that match nothing, with nulls for the left. */
    RIGHT,
    /** Pairs that match, and the rows of both sides that match nothing. */
    FULL,
    /** Left rows that match something, once. */
    SEMI,
    /** Left rows that match nothing. */
    ANTI;

    /** Does it give pairs, and not only left rows? */
    public boolean givesPairs() {
      return this != SEMI && this != ANTI;
    }

    /** Does it give left rows that match nothing? */
    public boolean keepsLeft() {
      return this == LEFT || this == FULL || this == ANTI;
    }

    /** Does it give right rows that match nothing? */
    public boolean keepsRight() {
      return this == RIGHT || this == FULL;
    }
  }

  /**
   * What is accepted, in the pipeline's own words.
   *
   * @param leftGrowth why the rows of the left may be kept though they grow with the input; null if
   *     they may not
   * @param rightGrowth the same of the right
   * @param scan why every row may be compared with every other; null if it may not
   */
  public record Accepted(
      @Nullable String leftGrowth, @Nullable String rightGrowth, @Nullable String scan) {
    /** Nothing. */
    public static final Accepted NOTHING = new Accepted(null, null, null);
  }

  private final Kind kind;
  private final JoinKeys keys;
  private final @Nullable Expr condition;
  private final JoinedColumns columns;
  private final Accepted accepted;

  /** The chain that it ends, perhaps of this join alone; null if it cannot be part of one. */
  private final @Nullable JoinChain chainOrOnlyThis;

  private Join(Node left, Node right, Parts parts, RowTraits traits) {
    super(List.of(left, right), schema(parts), traits, step(left, right, parts));
    this.kind = parts.kind();
    this.keys = parts.keys();
    this.condition = parts.condition();
    this.columns = parts.columns();
    this.accepted = parts.accepted();
    this.chainOrOnlyThis =
        isLink(left, right, parts) ? JoinChain.of(link(left, right, parts)) : null;
  }

  /** Has a row of the left at most one row of the right beside it, and its number? */
  private static boolean isLink(Node left, Node right, Parts parts) {
    Kind kind = parts.kind();
    return (kind == Kind.INNER || kind == Kind.LEFT)
        && parts.condition() == null
        && JoinKeys.areUnique(right, parts.keys().right())
        && numberSide(left, right, kind, parts.keys()).equals(Optional.of(Side.LEFT));
  }

  private static JoinChain.Link link(Node left, Node right, Parts parts) {
    return new JoinChain.Link(
        left, right, parts.keys(), parts.columns(), parts.kind() == Kind.INNER, parts.accepted());
  }

  /** The chain that it ends, perhaps of this join alone; null if it cannot be part of one. */
  @Nullable JoinChain chainOrOnlyThis() {
    return chainOrOnlyThis;
  }

  /** The chain of joins that are computed as one with this, the last of them; null if none are. */
  public @Nullable JoinChain chain() {
    return chainOrOnlyThis != null && chainOrOnlyThis.isChain() ? chainOrOnlyThis : null;
  }

  private record Parts(
      Kind kind,
      JoinKeys keys,
      @Nullable Expr condition,
      JoinedColumns columns,
      Accepted accepted) {}

  /**
   * Checks keys, names, condition and growth.
   *
   * @param condition must be true of a pair beside the keys; null for none. It reads the columns of
   *     {@link #columns}
   */
  public static Join of(
      Node left,
      Node right,
      Kind kind,
      JoinKeys keys,
      @Nullable Expr condition,
      Accepted accepted) {
    String place = word(kind) + " of " + left.describe() + " with " + right.describe();
    keys.check(left, right, place);
    if (keys.size() == 0 && accepted.scan() == null) {
      checkOneRow(left, right, place);
    }
    JoinedColumns columns =
        kind.givesPairs() || condition != null
            ? JoinedColumns.of(left, right, keys, place)
            : JoinedColumns.ofLeft(left, right);
    if (condition != null) {
      TypeRules.checkCondition(condition, columns.schema(), place);
    }
    Parts parts = new Parts(kind, keys, condition, columns, accepted);
    RowTraits traits = traits(left, right, parts);
    traits.checkCopies(place, "joined");
    // Before it is made, because a chain makes joins of its own then.
    checkGrowth(left, right, accepted.leftGrowth(), "left", place);
    if (keepsRightRows(kind, condition)) {
      checkGrowth(right, left, accepted.rightGrowth(), "right", place);
    }
    return new Join(left, right, parts, traits);
  }

  private static void checkOneRow(Node left, Node right, String place) {
    List<String> none = List.of();
    if (!left.key().equals(Optional.of(none)) && !right.key().equals(Optional.of(none))) {
      throw invalid(
          place
              + ": it has no keys, so that every row of one side is compared with every row of the"
              + " other, and neither is known to have at most one row; name columns that are equal"
              + " with .on(...), or aggregate one side to one row, or, if one side is small, accept"
              + " it with .acceptScan(\"why\")");
    }
  }

  private static void checkGrowth(
      Node kept, Node other, @Nullable String reason, String side, String place) {
    if (StateBound.ofRows(kept).kind() != StateBound.Kind.GROWS || reason != null) {
      return;
    }
    String within =
        kept.isAppendOnly() && other.isAppendOnly()
            ? " or, if both sides are streams with event time, let go of rows that can match nothing"
                + " any more, with .within(...).closing(lateness);"
            : "";
    throw invalid(
        place
            + ": it keeps every row of its "
            + side
            + " side, "
            + kept.describe()
            + ", for ever, because a row of "
            + other.describe()
            + " that comes or changes later must find it: its state grows with the input; ways"
            + " out: aggregate that side before the join; or keep none of its rows and look up what"
            + " the other side is when one comes, with .lookup(...);"
            + within
            + " or accept it with .acceptGrowth(\"why\") on that side, before the join");
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT) + " join";
  }

  private static Schema schema(Parts parts) {
    Kind kind = parts.kind();
    if (kind.givesPairs()) {
      return parts.columns().schema(kind.keepsRight(), kind.keepsLeft());
    }
    return parts.columns().left();
  }

  private static Canonical step(Node left, Node right, Parts parts) {
    Canonical text =
        parts.keys().write(new Canonical("join").word(parts.kind().name()), left, right);
    Expr condition = parts.condition();
    return condition == null
        ? text.word("-")
        : text.expr(condition)
            .fields(parts.columns().schema().fields(List.copyOf(condition.columns())));
  }

  private static RowTraits traits(Node left, Node right, Parts parts) {
    Kind kind = parts.kind();
    RowTraits ofLeft = left.traits();
    RowTraits ofRight = right.traits();
    boolean isAppendOnly =
        (kind == Kind.INNER || kind == Kind.SEMI) && left.isAppendOnly() && right.isAppendOnly();
    Optional<Side> once = numberSide(left, right, kind, parts.keys());
    Optional<List<String>> key =
        once.flatMap(side -> side == Side.LEFT ? ofLeft.key() : ofRight.key());
    if (!kind.givesPairs()) {
      return new RowTraits(
          isAppendOnly, ofLeft.holdsStream(), ofLeft.copies(), key, once.isPresent());
    }
    return new RowTraits(
        isAppendOnly,
        ofLeft.holdsStream() || ofRight.holdsStream(),
        ofLeft.copies() * ofRight.copies(),
        key,
        once.isPresent());
  }

  /**
   * The side each row of which is in at most one row of the result, and whose rows can be told
   * apart, if there is one; rather one with a key.
   */
  private static Optional<Side> numberSide(Node left, Node right, Kind kind, JoinKeys keys) {
    boolean isRightOnce = !kind.givesPairs() || JoinKeys.areUnique(right, keys.right());
    boolean isLeftOnce = kind.givesPairs() && JoinKeys.areUnique(left, keys.left());
    boolean mayBeLeft = isRightOnce && !kind.keepsRight();
    boolean mayBeRight = isLeftOnce && !kind.keepsLeft();
    if (mayBeLeft && left.key().isPresent()) {
      return Optional.of(Side.LEFT);
    }
    if (mayBeRight && right.key().isPresent()) {
      return Optional.of(Side.RIGHT);
    }
    if (mayBeLeft && (left.isNumbered() || left.isAppendOnly())) {
      return Optional.of(Side.LEFT);
    }
    return mayBeRight && (right.isNumbered() || right.isAppendOnly())
        ? Optional.of(Side.RIGHT)
        : Optional.empty();
  }

  /**
   * The side each row of which is in at most one row of the result, so that its numbers are those
   * of the result, and its key, if it has one, the key; empty where there is none.
   */
  public Optional<Side> numberSide() {
    return numberSide(left(), right(), kind, keys);
  }

  @Override
  public List<Node> sources() {
    JoinChain chain = chain();
    return chain == null ? inputs() : chain.inputs();
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public JoinKeys keys() {
    return keys;
  }

  /** What must be true of a pair beside its keys; null if nothing must. */
  public @Nullable Expr condition() {
    return condition;
  }

  /**
   * The columns of a pair, which the condition reads. The result has them all; of a semi or anti
   * join it has those of the left.
   */
  @Override
  public JoinedColumns columns() {
    return columns;
  }

  @Override
  public boolean needsRows(Side side) {
    return side == Side.LEFT || keepsRightRows(kind, condition);
  }

  private static boolean keepsRightRows(Kind kind, @Nullable Expr condition) {
    return kind.givesPairs() || condition != null;
  }

  @Override
  public int shownColumns() {
    return schema().size();
  }

  @Override
  public boolean isKept(Side side) {
    return true;
  }

  /** What bounds what is kept of a side. */
  public StateBound bound(Side side) {
    if (!needsRows(side)) {
      return new StateBound(StateBound.Kind.KEY_SPACE, "a count for each key");
    }
    return StateBound.ofRows(input(side));
  }

  /** Why a side may grow with the input; null if it may not. */
  public @Nullable String growthReason(Side side) {
    return side == Side.LEFT ? accepted.leftGrowth() : accepted.rightGrowth();
  }

  /** Why every row may be compared with every other; null where that needs no reason. */
  public @Nullable String scanReason() {
    return accepted.scan();
  }

  StateBound stateBound() {
    if (chain() != null) {
      return chain().stateBound(growthReason(Side.LEFT));
    }
    StateBound ofLeft = bound(Side.LEFT);
    StateBound ofRight = bound(Side.RIGHT);
    StateBound.Kind larger =
        ofLeft.kind().compareTo(ofRight.kind()) > 0 ? ofLeft.kind() : ofRight.kind();
    return new StateBound(larger, "left: " + text(Side.LEFT) + ", right: " + text(Side.RIGHT));
  }

  private String text(Side side) {
    return bound(side).accepted(growthReason(side));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.join(this);
  }

  @Override
  String word() {
    return word(kind) + " with " + right().originWord();
  }
}
