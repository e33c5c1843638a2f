package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/** What somebody visits with. */
public record Device(
    String deviceId,
    String deviceType,
    String os,
    String browser,
    String userAgent,
    Instant ingestedAt) {}
