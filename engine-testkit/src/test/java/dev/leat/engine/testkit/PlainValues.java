package dev.leat.engine.testkit;

import dev.leat.engine.plan.Type;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Values that mean the same to every engine: small whole numbers, doubles that are quarters (so
 * that sums of them are exact in any order), text without letters beyond ASCII that have two cases.
 */
final class PlainValues extends RandomValues {
  private static final List<Object> LONGS = List.of(0L, 1L, 2L, 3L, -1L, 7L, -10L);
  private static final List<Object> DOUBLES = List.of(0.0, 1.0, -1.0, 1.5, 0.25, 2.5, -3.75);
  private static final List<Object> STRINGS =
      List.of("", "a", "b", "ab", "A", "1", " a ", "a%b", "a_b", "it's", "\ud83d\ude00", "\uffff");
  private static final List<Object> INSTANTS =
      List.of(
          Instant.parse("2026-04-01T09:00:00Z"),
          Instant.parse("2026-04-01T09:00:30.000001Z"),
          Instant.parse("2026-04-01T09:05:00Z"),
          Instant.parse("2026-03-31T23:59:59.999999Z"),
          Instant.parse("2024-02-29T12:00:00Z"),
          Instant.EPOCH,
          Instant.parse("1969-12-31T23:59:59.999999Z"));

  PlainValues(SplittableRandom random) {
    super(random);
  }

  @Override
  Object value(Type type) {
    return switch (type.kind()) {
      case LONG -> pick(LONGS);
      case DOUBLE -> pick(DOUBLES);
      case STRING -> pick(STRINGS);
      case INSTANT -> pick(INSTANTS);
      default -> super.value(type);
    };
  }
}
