package dev.leat.engine.examples.clickstream;

/** What became of a session that led to no purchase. */
public record Outcome(
    String sessionId, String userId, String deviceType, String country, String outcome) {}
