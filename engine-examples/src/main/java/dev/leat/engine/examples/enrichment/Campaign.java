package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/** What brought somebody here. */
public record Campaign(
    String campaignId,
    String source,
    String medium,
    String campaign,
    String content,
    String term,
    Instant ingestedAt) {}
