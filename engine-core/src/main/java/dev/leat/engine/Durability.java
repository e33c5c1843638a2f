package dev.leat.engine;

/**
 * What an acknowledged row survives. Readers and subscribers see rows as soon as they are logged,
 * at either level.
 */
public enum Durability {
  /** The death of the process, {@code kill -9}. */
  LOGGED,
  /** A power cut. */
  SYNCED
}
