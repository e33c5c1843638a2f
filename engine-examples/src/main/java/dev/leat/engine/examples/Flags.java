package dev.leat.engine.examples;

import dev.leat.engine.plan.Names;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/** The flags of a command line: {@code --name VALUE}, {@code --name=VALUE} or {@code --name}. */
public final class Flags {
  private final Map<String, String> given;

  private Flags(Map<String, String> given) {
    this.given = given;
  }

  /**
   * Reads flags.
   *
   * @param withValue flags that have a value
   * @param alone flags that have none
   * @throws UsageException if there is anything else
   */
  public static Flags parse(List<String> arguments, List<String> withValue, List<String> alone) {
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      String value;
      if (alone.contains(name)) {
        if (equals >= 0) {
          throw new UsageException(name + " takes no value: " + argument);
        }
        value = "";
      } else if (!withValue.contains(name)) {
        throw unknown(name, withValue, alone);
      } else if (equals >= 0) {
        value = argument.substring(equals + 1);
      } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
        value = arguments.get(++i);
      } else {
        throw new UsageException(name + " needs a value");
      }
      if (given.put(name, value) != null) {
        throw new UsageException(name + " is given twice");
      }
    }
    return new Flags(given);
  }

  private static UsageException unknown(String name, List<String> withValue, List<String> alone) {
    TreeSet<String> known = new TreeSet<>(withValue);
    known.addAll(alone);
    return new UsageException(Names.unknown("flag", name, known));
  }

  /** Is a flag given? */
  public boolean has(String name) {
    return given.containsKey(name);
  }

  /**
   * The whole number that a flag gives, if it is given.
   *
   * @throws UsageException if it is none, or not within the bounds
   */
  public OptionalInt number(String name, int least, int most) {
    String value = given.get(name);
    if (value == null) {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      throw new UsageException(wanted(name, least, most, value));
    }
    throw new UsageException(wanted(name, least, most, value));
  }

  private static String wanted(String name, int least, int most, String value) {
    return String.format(
        Locale.ROOT, "%s needs a number from %d to %,d, not '%s'", name, least, most, value);
  }

  /**
   * The path that a flag gives, if it is given.
   *
   * @throws UsageException if it is no path
   */
  public Optional<Path> path(String name) {
    String value = given.get(name);
    if (value == null) {
      return Optional.empty();
    }
    try {
      if (!value.isBlank()) {
        return Optional.of(Path.of(value));
      }
    } catch (InvalidPathException e) {
      throw new UsageException(name + " needs a path: " + e.getMessage());
    }
    throw new UsageException(name + " needs a path, not an empty value");
  }
}
