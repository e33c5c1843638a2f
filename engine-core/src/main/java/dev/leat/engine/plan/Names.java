package dev.leat.engine.plan;

import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Names in messages: what to say when one is not known. */
public final class Names {
  private static final int MAX_LISTED = 24;

  private Names() {}

  /**
   * A message for a name that is not there: names the nearest right one, and lists what there is.
   *
   * @param what what the name should have named: "column", "view"
   */
  public static String unknown(String what, String name, Collection<String> known) {
    StringBuilder message = new StringBuilder("there is no " + what + " '" + name + "'");
    String nearest = nearest(name, known);
    if (nearest != null) {
      message.append("; did you mean '").append(nearest).append("'?");
    }
    if (known.isEmpty()) {
      return message.append(" (there is no ").append(what).append(" at all)").toString();
    }
    TreeSet<String> sorted = new TreeSet<>(known);
    String listed = String.join(", ", sorted.stream().limit(MAX_LISTED).toList());
    message.append(" (there are: ").append(listed);
    return message.append(sorted.size() > MAX_LISTED ? ", ...)" : ")").toString();
  }

  /**
   * The known name with the fewest edits to a name, if there are few enough for it to be a slip.
   */
  static @Nullable String nearest(String name, Collection<String> known) {
    String nearest = null;
    // Of a name of one letter every other is near.
    int fewest = Math.min(Math.max(2, name.length() / 3), name.length() - 1) + 1;
    for (String candidate : new TreeSet<>(known)) {
      int edits = edits(fold(name), fold(candidate));
      if (edits < fewest) {
        fewest = edits;
        nearest = candidate;
      }
    }
    return nearest;
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "");
  }

  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
