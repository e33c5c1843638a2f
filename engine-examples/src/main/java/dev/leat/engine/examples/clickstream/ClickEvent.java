package dev.leat.engine.examples.clickstream;

import java.time.Instant;

/**
 * Something that a visitor did.
 *
 * @param eventType {@code page_view}, {@code add_to_cart} or {@code purchase}
 */
public record ClickEvent(
    String eventId,
    String userId,
    String sessionId,
    String eventType,
    String pageUrl,
    String referrerUrl,
    String deviceType,
    String country,
    Instant eventTs) {}
