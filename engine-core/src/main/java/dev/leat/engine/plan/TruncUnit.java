package dev.leat.engine.plan;

/** What an instant can be cut down to, in UTC. Weeks start on Monday. */
public enum TruncUnit {
  SECOND,
  MINUTE,
  HOUR,
  DAY,
  WEEK,
  MONTH,
  QUARTER,
  YEAR
}
