package dev.leat.readback;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another engine that reads the tables, and how it wants to be asked. One thread. */
public interface ReadingEngine {
  /**
   * What a query gave.
   *
   * @param types of the columns, in the engine's words
   * @param rows of {@link CanonicalText}
   */
  record Answer(List<String> types, List<List<@Nullable String>> rows) {}

  /** Its name and version. */
  String name();

  /** Asks a query, and waits for all of its rows. */
  Answer ask(String sql);

  /**
   * What stands for a table behind FROM.
   *
   * @param table with its namespace
   * @param branch which version of it; null for the one that everybody sees
   */
  String table(String table, @Nullable String branch);

  /** The engine's word for a type, see {@link Column#type}. */
  String type(String type);

  /**
   * A value in a query.
   *
   * @param type as {@link Column#type}; no list
   * @param text of the value, see {@link CanonicalText}
   */
  String literal(String type, String text);

  /** The operator that divides whole numbers by whole numbers. */
  String wholeDivision();

  /** An expression: the whole seconds from 1970 to an instant. */
  String wholeSeconds(String instant);
}
