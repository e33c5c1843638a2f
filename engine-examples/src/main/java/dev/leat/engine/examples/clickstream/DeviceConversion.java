package dev.leat.engine.examples.clickstream;

import dev.leat.engine.Decimal;
import java.math.BigDecimal;

/** How many sessions of a kind of device led to a purchase. */
public record DeviceConversion(
    String deviceType,
    long totalSessions,
    long convertedSessions,
    @Decimal(precision = 4, scale = 1) BigDecimal conversionRatePct) {}
