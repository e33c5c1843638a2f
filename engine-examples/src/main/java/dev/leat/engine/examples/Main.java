package dev.leat.engine.examples;

/** Runs one example system by its number. */
public final class Main {
  private Main() {}

  /**
   * Runs the example whose number is the first argument.
   *
   * @param args the number of the example, as in {@code 001}
   */
  public static void main(String[] args) {
    System.err.println("usage: java -jar engine-examples.jar <number of an example, as in 001>");
    System.exit(2);
  }
}
