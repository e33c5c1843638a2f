package dev.leat.engine.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** A system that can be run from the command line. */
public interface Example {
  /** What it is called on the command line, as in {@code 001}. */
  String name();

  /** What it shows, in a line. */
  String summary();

  /** Its flags, for whoever asks. */
  String help();

  /**
   * Runs it.
   *
   * @param arguments those after its name
   * @param out where it prints
   * @throws UsageException if the arguments are wrong
   * @throws IOException if a file cannot be read or written; the message says which, and why
   */
  void run(List<String> arguments, PrintStream out) throws IOException;
}
