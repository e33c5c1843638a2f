package dev.leat.engine.examples.enrichment;

import java.time.Instant;

/** Somebody who has an account. */
public record User(
    Long userId,
    String fullName,
    String email,
    String country,
    Instant signupTime,
    Boolean marketingOptIn,
    Instant ingestedAt) {}
