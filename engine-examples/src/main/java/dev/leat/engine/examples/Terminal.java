package dev.leat.engine.examples;

import java.io.Console;

/** Where the output goes. */
public final class Terminal {
  private Terminal() {}

  /** Is it a terminal, where a line can be drawn over? */
  @SuppressWarnings("SystemConsoleNull") // From JDK 22 on the console is asked.
  public static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
