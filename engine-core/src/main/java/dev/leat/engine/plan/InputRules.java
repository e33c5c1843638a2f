package dev.leat.engine.plan;

/** What is checked of an input. */
final class InputRules {
  private InputRules() {}

  static void check(Node.Input input) {
    String name = input.name();
    boolean isKeyed = input.kind() == Node.InputKind.KEYED_TABLE;
    if (isKeyed == input.primaryKey().isEmpty()) {
      throw Node.invalid("input '" + name + "': a keyed table, and only that, has a primary key");
    }
    if (!isKeyed) {
      return;
    }
    Schema key = input.schema().select(input.primaryKey(), "primary key of table '" + name + "'");
    for (Field field : key.fields()) {
      if (field.nullable()) {
        throw Node.invalid(
            "table '" + name + "': a key column cannot be nullable: " + field.name());
      }
      if (field.type().kind() == Type.Kind.ARRAY) {
        throw Node.invalid("table '" + name + "': an array cannot be a key: " + key);
      }
    }
  }
}
