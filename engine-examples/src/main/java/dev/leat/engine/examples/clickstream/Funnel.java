package dev.leat.engine.examples.clickstream;

/** How many sessions came to each step. */
public record Funnel(
    long totalSessions,
    long stepHome,
    long stepProducts,
    long stepProductDetail,
    long stepAddToCart,
    long stepCheckout,
    long stepPurchase) {}
