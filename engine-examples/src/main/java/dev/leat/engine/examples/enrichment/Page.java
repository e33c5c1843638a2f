package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/** A page, and what it is about. */
public record Page(
    String pageUrl,
    String pageCategory,
    String productId,
    String productCategory,
    Instant ingestedAt) {}
