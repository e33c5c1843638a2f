package dev.leat.engine.examples.enrichment;

/** How the rows of the inputs are told apart. */
public enum RowIdentity {
  /** By their keys: a row that is sent again takes the place of the one that is there. */
  KEYS,
  /**
   * Not at all, as in the SQL that is rebuilt here: a row that is sent again is there twice, and so
   * is all that is joined with it.
   */
  NONE
}
