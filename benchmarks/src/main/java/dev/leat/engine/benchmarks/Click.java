package dev.leat.engine.benchmarks;

import java.time.Instant;

/** An event of the generated web shop. */
public record Click(
    String eventId,
    String userId,
    String sessionId,
    String eventType,
    String pageUrl,
    String referrerUrl,
    String deviceType,
    String country,
    Instant eventTs) {}
