package dev.leat.engine.examples.clickstream;

import java.time.Instant;

/**
 * A visit.
 *
 * @param durationSeconds from its first to its last event
 */
public record SessionSummary(
    String sessionId,
    String userId,
    String deviceType,
    String country,
    Instant sessionStart,
    Instant sessionEnd,
    Long durationSeconds,
    long totalEvents,
    long pageViews,
    long addToCarts,
    long purchases) {}
