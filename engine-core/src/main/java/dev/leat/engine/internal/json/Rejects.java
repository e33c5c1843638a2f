package dev.leat.engine.internal.json;

/** Receives the lines that did not become rows. Called by the thread that decodes. */
@FunctionalInterface
public interface Rejects {
  /**
   * Takes one line; called once for each that fails.
   *
   * @param reason what was wrong, in a sentence of bounded length
   * @param buffer holds the line, and is reused after the call: copy what is to be kept, and bound
   *     it
   * @param from where the line starts
   * @param to where it ends, its line end excluded; of a line that is too long only a beginning may
   *     be given
   */
  void reject(String reason, byte[] buffer, int from, int to);
}
