package dev.leat.engine.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong in a sink under test: the sink under test says what it is about to do, or has
 * just done, and at one of these moments it fails, or the process dies. Any thread.
 */
public final class SinkFaults {
  /** The process is dead; nothing that it does is seen any more. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1L;

    Death(String step) {
      super("the process dies at: " + step);
    }
  }

  private final List<String> steps = new ArrayList<>();
  private Runnable onDeath = () -> {};
  private long failing;
  private long dying;
  private boolean isDead;
  private boolean isFailing;

  /** Nothing goes wrong until it is told. */
  public SinkFaults() {}

  /**
   * Says that a step is about to be made, or was made: one that fails behind a step that has its
   * effect is a reply that is lost.
   *
   * @param step for messages
   */
  public synchronized void at(String step) {
    if (isDead) {
      throw new Death(step);
    }
    steps.add(step);
    if (isFailing || steps.size() == failing) {
      throw new IllegalStateException("planted: " + step);
    }
    if (steps.size() == dying) {
      isDead = true;
      onDeath.run();
      throw new Death(step);
    }
  }

  /** The steps so far. */
  synchronized List<String> steps() {
    return List.copyOf(steps);
  }

  /** The step of this number fails, once; 0 for none. */
  synchronized void failAt(long step) {
    failing = step;
  }

  /** Every step fails, or none any more. */
  synchronized void failAlways(boolean fails) {
    isFailing = fails;
  }

  /** The process dies at the step of this number; 0 for never. */
  synchronized void dieAt(long step, Runnable whatElseDies) {
    dying = step;
    onDeath = whatElseDies;
  }

  synchronized boolean isDead() {
    return isDead;
  }

  /** Another process is started. */
  synchronized void restart() {
    isDead = false;
    dying = 0;
  }
}
