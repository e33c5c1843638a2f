package dev.leat.engine.examples.shop;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that a visitor did.
 *
 * @param userId null while the visitor is not known
 * @param eventType {@code page_view}, {@code product_view}, {@code add_to_cart}, {@code
 *     checkout_start}, {@code purchase}, {@code search}, or {@code user_identified}: the visitor of
 *     the session logged in
 * @param productId null on pages without a product
 * @param searchQuery of searches
 */
public record ShopEvent(
    String eventId,
    String sessionId,
    @Nullable String userId,
    String eventType,
    @Nullable String pageUrl,
    @Nullable String productId,
    @Nullable String categoryId,
    @Nullable String searchQuery,
    @Nullable String trafficSource,
    @Nullable String campaignId,
    @Nullable String deviceType,
    Instant eventTime) {}
