package dev.leat.engine.examples.engagement;

import java.time.Instant;

/**
 * Something that a visitor did.
 *
 * @param scrollDepth in percent of the page
 * @param timeOnPage in seconds
 * @param ingestionTimestamp when it came in here; null if who sends it does not say
 */
public record Interaction(
    String eventId,
    Instant eventTimestamp,
    String userId,
    String sessionId,
    String eventType,
    String pageUrl,
    String pageTitle,
    String referrerUrl,
    String elementId,
    String elementText,
    String deviceType,
    String browser,
    String os,
    Integer screenWidth,
    Integer screenHeight,
    Integer viewportWidth,
    Integer viewportHeight,
    Integer scrollDepth,
    Integer timeOnPage,
    String utmSource,
    String utmMedium,
    String utmCampaign,
    String ipAddress,
    String country,
    String city,
    Instant ingestionTimestamp) {}
