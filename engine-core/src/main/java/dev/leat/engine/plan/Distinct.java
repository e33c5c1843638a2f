package dev.leat.engine.plan;

import java.util.List;

/** Each row once. */
public final class Distinct extends Node {
  private Distinct(Node input) {
    super(
        List.of(input),
        input.schema(),
        input.traits().distinct(input.schema().names()),
        new Canonical("distinct").schema(input.schema()));
  }

  public static Distinct of(Node input) {
    return new Distinct(input);
  }

  public Node input() {
    return inputs().get(0);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.distinct(this);
  }

  @Override
  String word() {
    return "distinct";
  }
}
