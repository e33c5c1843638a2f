package dev.leat.engine.internal.exec;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An input as the log has it, beside the rows that were written with these columns.
 *
 * <p>Its text is part of the log's format, and so are the texts of types and kinds of input: {@code
 * KEYED_TABLE (id string not null, price decimal(18,2)) key [id]}. A name that is not all letters,
 * digits and underscores is in double quotes, with quotes in it doubled.
 *
 * @param primaryKey of keyed tables; empty for others
 */
record WrittenInput(Node.InputKind kind, Schema schema, List<String> primaryKey) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_]+");
  private static final String NOT_NULL = " not null";

  WrittenInput {
    primaryKey = List.copyOf(primaryKey);
  }

  /** An input as it will be written. */
  static WrittenInput of(Node.Input input) {
    return new WrittenInput(input.kind(), input.schema(), input.primaryKey());
  }

  /** What stands in the log. */
  String text() {
    List<String> columns = new ArrayList<>();
    for (Field field : schema.fields()) {
      columns.add(quoted(field.name()) + " " + field.type() + (field.nullable() ? "" : NOT_NULL));
    }
    List<String> key = primaryKey.stream().map(WrittenInput::quoted).toList();
    return kind + " (" + String.join(", ", columns) + ") key " + key;
  }

  private static String quoted(String name) {
    return PLAIN.matcher(name).matches() ? name : "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /**
   * Reads what {@link #text} gave.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static WrittenInput parse(String text) {
    return new Parser(text).input();
  }

  private static final class Parser {
    private final String text;
    private int at;

    private Parser(String text) {
      this.text = text;
    }

    private WrittenInput input() {
      Node.InputKind kind = Node.InputKind.valueOf(word());
      expect(" (");
      List<Field> fields = new ArrayList<>();
      do {
        String name = name();
        expect(" ");
        Type type = type();
        fields.add(new Field(name, type, !skip(NOT_NULL)));
      } while (skip(", "));
      expect(") key [");
      List<String> key = new ArrayList<>();
      while (!skip("]")) {
        if (!key.isEmpty()) {
          expect(", ");
        }
        key.add(name());
      }
      if (at < text.length()) {
        throw unreadable("the end");
      }
      return new WrittenInput(kind, Schema.of(fields), key);
    }

    private Type type() {
      String name = word();
      Type.Kind kind = Type.Kind.valueOf(name.toUpperCase(Locale.ROOT));
      if (kind == Type.Kind.DECIMAL) {
        expect("(");
        int precision = Integer.parseInt(word());
        expect(",");
        int scale = Integer.parseInt(word());
        expect(")");
        return Type.decimal(precision, scale);
      }
      if (kind == Type.Kind.ARRAY) {
        expect("<");
        Type element = type();
        expect(">");
        return Type.array(element);
      }
      return new Type(kind, 0, 0, null);
    }

    private String name() {
      if (!skip("\"")) {
        return word();
      }
      StringBuilder name = new StringBuilder();
      while (true) {
        int quote = text.indexOf('"', at);
        if (quote < 0) {
          throw unreadable("the end of a name");
        }
        name.append(text, at, quote);
        at = quote + 1;
        if (!skip("\"")) {
          return name.toString();
        }
        name.append('"');
      }
    }

    private String word() {
      int from = at;
      while (at < text.length() && isAsciiLetterOrDigit(text.charAt(at))) {
        at++;
      }
      if (at == from) {
        throw unreadable("a word");
      }
      return text.substring(from, at);
    }

    private static boolean isAsciiLetterOrDigit(char c) {
      return c == '_' || (c < 0x80 && Character.isLetterOrDigit(c));
    }

    private boolean skip(String expected) {
      boolean isThere = text.startsWith(expected, at);
      at += isThere ? expected.length() : 0;
      return isThere;
    }

    private void expect(String expected) {
      if (!skip(expected)) {
        throw unreadable("'" + expected + "'");
      }
    }

    private IllegalArgumentException unreadable(String wanted) {
      return new IllegalArgumentException(
          "an input's columns cannot be read: " + wanted + " is not at " + at + " of " + text);
    }
  }
}
