package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a plan consists of, to be stored beside the state that its operators keep: of each input,
 * relation and view the fingerprint, and words for people. {@link PlanDiff} compares a plan with
 * it.
 *
 * <p>Its text is a file format: the line {@code leat-plan 1}, then a line for each entry with four
 * fields and a tab between them: kind, fingerprint, name, description. In names and descriptions a
 * backslash, a control character and half a surrogate pair are written {@code \}{@code uXXXX}. The
 * last line ends with a line feed too, so that a text that was cut off is known.
 *
 * @param entries inputs, relations (inputs before what reads them), views and sinks; no two with
 *     the same kind and name, nor two relations with the same fingerprint
 */
public record PlanManifest(List<Entry> entries) {
  private static final String HEADER = "leat-plan 1";
  private static final int FIELDS = 4;

  private static final int MAX_DESCRIPTION = 500;
  private static final char ESCAPE = '\\';
  private static final int ESCAPE_LENGTH = 6;

  /** What an entry stands for. */
  public enum Kind {
    /** A stream, by its name; described by its columns. It has no state. */
    STREAM,
    /** A table, by its name; described by its key and columns. */
    TABLE,
    /** A relation between inputs and views; it has no name. */
    RELATION,
    /** A view, by its name. */
    VIEW,
    /** What goes to a sink, by the sink's name. */
    SINK;

    /** Is it what a plan computes for somebody? */
    public boolean isResult() {
      return this == VIEW || this == SINK;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An input, a relation or a view.
   *
   * @param name empty for relations
   * @param fingerprint see {@link Node#fingerprint} and {@link ViewDefinition#fingerprint}
   * @param description what it is, in words; of an input what {@link #describe(Node.Input)} says
   */
  public record Entry(Kind kind, String name, Fingerprint fingerprint, String description) {
    public Entry {
      if ((kind == Kind.RELATION) != name.isEmpty()) {
        throw new IllegalArgumentException(
            "inputs and views, and only they, have names: kind=" + kind + " name=" + name);
      }
    }

    /** What no two entries of a manifest share. */
    Object key() {
      return List.of(kind, kind == Kind.RELATION ? fingerprint : name);
    }
  }

  public PlanManifest {
    entries = List.copyOf(entries);
    Set<Object> keys = new HashSet<>();
    for (Entry entry : entries) {
      if (!keys.add(entry.key())) {
        throw new IllegalArgumentException("twice in a manifest: " + entry);
      }
    }
  }

  /** What a plan consists of. */
  public static PlanManifest of(Plan plan) {
    List<Entry> entries = new ArrayList<>();
    for (Node.Input input : plan.inputs()) {
      entries.add(entry(input));
    }
    relations(plan)
        .forEach(
            (fingerprint, node) ->
                entries.add(new Entry(Kind.RELATION, "", fingerprint, describe(node))));
    for (ViewDefinition view : plan.views()) {
      String description = describe(view.relation()) + " " + view.relation().schema();
      entries.add(new Entry(kindOf(view), view.name(), view.fingerprint(), cut(description)));
    }
    return new PlanManifest(entries);
  }

  /** An input. */
  public static Entry entry(Node.Input input) {
    Kind kind = input.kind() == Node.InputKind.STREAM ? Kind.STREAM : Kind.TABLE;
    return new Entry(kind, input.name(), input.fingerprint(), describe(input));
  }

  static Kind kindOf(ViewDefinition view) {
    return view.isSink() ? Kind.SINK : Kind.VIEW;
  }

  /** The relations that are neither inputs nor mere names, inputs first. */
  static Map<Fingerprint, Node> relations(Plan plan) {
    Map<Fingerprint, Node> relations = new LinkedHashMap<>();
    for (Node node : plan.computed()) {
      if (!(node instanceof Node.Input) && !(node instanceof Node.Named)) {
        relations.putIfAbsent(node.fingerprint(), node);
      }
    }
    return relations;
  }

  /** An input in words: its kind, its key if it has one, all its columns, when it forgets. */
  public static String describe(Node.Input input) {
    String forgetting = input.forgetting() == null ? "" : " " + input.forgetting();
    return switch (input.kind()) {
      case STREAM -> "stream " + input.schema();
      case KEYED_TABLE ->
          "table with key " + input.primaryKey() + " " + input.schema() + forgetting;
      case KEYLESS_TABLE -> "table without key " + input.schema() + forgetting;
    };
  }

  /** A relation in words: what it computes. */
  static String describe(Node node) {
    Node named = node;
    while (named instanceof Node.Named name) {
      named = name.input();
    }
    return named instanceof Node.Input input ? input.describe() : cut(Explain.what(named));
  }

  private static String cut(String text) {
    return text.length() <= MAX_DESCRIPTION ? text : text.substring(0, MAX_DESCRIPTION) + "...";
  }

  /** The input or view of a name. */
  Optional<Entry> find(Kind kind, String name) {
    return entries.stream().filter(e -> e.kind() == kind && e.name().equals(name)).findFirst();
  }

  /** The stream or table of a name. */
  Optional<Entry> findInput(String name) {
    return find(Kind.STREAM, name).or(() -> find(Kind.TABLE, name));
  }

  /** The text to store. */
  public String print() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (Entry entry : entries) {
      text.append(entry.kind().word()).append('\t');
      text.append(entry.fingerprint()).append('\t');
      text.append(escaped(entry.name())).append('\t');
      text.append(escaped(entry.description())).append('\n');
    }
    return text.toString();
  }

  /**
   * Reads what {@link #print} wrote.
   *
   * @throws EngineException of kind CORRUPT if it is something else, and INVALID if a newer version
   *     of this library wrote it; the message says in which line
   */
  public static PlanManifest parse(String text) {
    List<String> lines = List.of(text.split("\n", -1));
    checkHeader(lines.get(0));
    if (!lines.get(lines.size() - 1).isEmpty()) {
      throw corrupt(lines.size(), "the text is cut off: its last line does not end");
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i < lines.size() - 1; i++) {
      entries.add(entry(lines.get(i), i + 1));
    }
    try {
      return new PlanManifest(entries);
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          EngineException.Kind.CORRUPT, "the manifest of a plan is damaged: " + e.getMessage(), e);
    }
  }

  private static void checkHeader(String header) {
    if (header.equals(HEADER)) {
      return;
    }
    if (header.matches("leat-plan \\d{1,9}")) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "the manifest of a plan has another format: found="
              + header
              + " known="
              + HEADER
              + "; open it with the version of this library that wrote it, or a newer one");
    }
    throw corrupt(1, "it does not begin with '" + HEADER + "'");
  }

  private static Entry entry(String line, int number) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw corrupt(number, "a line has " + FIELDS + " fields: fields=" + fields.length);
    }
    Kind kind = null;
    for (Kind known : Kind.values()) {
      if (fields[0].equals(known.word())) {
        kind = known;
      }
    }
    if (kind == null) {
      throw corrupt(number, "no such kind: " + fields[0]);
    }
    try {
      return new Entry(
          kind, unescaped(fields[2]), Fingerprint.parse(fields[1]), unescaped(fields[3]));
    } catch (IllegalArgumentException e) {
      throw corrupt(number, String.valueOf(e.getMessage()));
    }
  }

  private static EngineException corrupt(int line, String what) {
    return new EngineException(
        EngineException.Kind.CORRUPT,
        "the manifest of a plan is damaged: line="
            + line
            + " "
            + what
            + "; restore it from a copy");
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isPair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
      if (isPair) {
        escaped.append(c).append(text.charAt(i + 1));
        i++;
      } else if (c == ESCAPE || Character.isISOControl(c) || Character.isSurrogate(c)) {
        escaped.append(ESCAPE).append('u').append(HexFormat.of().toHexDigits(c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    int from = 0;
    for (int at = text.indexOf(ESCAPE); at >= 0; at = text.indexOf(ESCAPE, from)) {
      plain.append(text, from, at);
      from = at + ESCAPE_LENGTH;
      if (from > text.length() || text.charAt(at + 1) != 'u') {
        throw new IllegalArgumentException("a backslash stands for nothing at character " + at);
      }
      plain.append((char) HexFormat.fromHexDigits(text, at + 2, from));
    }
    return plain.append(text, from, text.length()).toString();
  }
}
