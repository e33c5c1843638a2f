package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/** A visit. */
public record Session(
    String sessionId,
    Long userId,
    String deviceId,
    Instant sessionStart,
    String ipAddress,
    String geoCity,
    String geoRegion,
    Instant ingestedAt) {}
