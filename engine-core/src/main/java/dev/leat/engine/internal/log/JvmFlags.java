package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Checks, before Chronicle is touched, that the JVM was started with what it needs. */
final class JvmFlags {
  /**
   * A package of {@code java.base} that Chronicle reaches into.
   *
   * @param deep whether it must be open to reflection; else it is enough that it is exported
   */
  record Need(String packageName, boolean deep) {
    String flag() {
      return (deep ? "--add-opens" : "--add-exports")
          + "=java.base/"
          + packageName
          + "=ALL-UNNAMED";
    }
  }

  static final List<Need> NEEDS =
      List.of(
          new Need("sun.nio.ch", true),
          new Need("java.lang", true),
          new Need("java.lang.reflect", true),
          new Need("jdk.internal.ref", false));

  private JvmFlags() {}

  /** All flags, as one line for a command. */
  static String line() {
    return NEEDS.stream().map(Need::flag).collect(Collectors.joining(" "));
  }

  /** Throws INVALID, with the line to add, unless this JVM grants everything to Chronicle. */
  static void require() {
    Module base = Object.class.getModule();
    Module chronicle = ChronicleSegment.chronicleModule();
    require(
        need ->
            need.deep()
                ? base.isOpen(need.packageName(), chronicle)
                : base.isExported(need.packageName(), chronicle));
  }

  static void require(Predicate<Need> granted) {
    if (NEEDS.stream().allMatch(granted)) {
      return;
    }
    String missing =
        NEEDS.stream().filter(granted.negate()).map(Need::flag).collect(Collectors.joining(" "));
    throw new EngineException(
        Kind.INVALID,
        "the event log needs JVM flags that are missing. Add this line to the java command"
            + " (in a test: to surefire's argLine, or jvmArgs in Gradle):\n"
            + line()
            + "\nEngine.inMemory needs no flags. missing="
            + missing);
  }
}
