package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/**
 * Something that a visitor did.
 *
 * @param eventType {@code page_view}, {@code click}, {@code add_to_cart}, {@code checkout_start} or
 *     {@code purchase}
 * @param eventTime when it happened
 * @param ingestedAt when it was sent here
 */
public record Click(
    String eventId,
    Long userId,
    String sessionId,
    String eventType,
    String pageUrl,
    String elementId,
    Instant eventTime,
    String referrer,
    String campaignId,
    Double revenueUsd,
    Instant ingestedAt) {}
