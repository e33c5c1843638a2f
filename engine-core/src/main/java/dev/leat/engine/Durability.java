package dev.leat.engine;

/** What an acknowledged row survives. */
public enum Durability {
  /** The death of the process, {@code kill -9}. */
  LOGGED,
  /** A power cut. */
  SYNCED
}
