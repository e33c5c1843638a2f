package dev.leat.engine.planted;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/** Breaks a rule: Surefire passes over a class with this name. */
public final class MisnamedLaws {
  @Test
  void neverRuns() {
    fail("Surefire was not expected to run this class");
  }
}
