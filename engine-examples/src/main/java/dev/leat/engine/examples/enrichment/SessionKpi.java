package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/**
 * How a visit went.
 *
 * @param firstEventTime null, as the next two are, if there is no event of it yet
 * @param sessionDurationSeconds from its first to its last event
 */
public record SessionKpi(
    String sessionId,
    Long userId,
    String country,
    String deviceType,
    Instant firstEventTime,
    Instant lastEventTime,
    Long sessionDurationSeconds,
    long pageViews,
    long clicks,
    long addToCart,
    long checkoutStart,
    long purchases,
    Double revenueUsd,
    Boolean didAddToCart,
    Boolean didPurchase) {}
