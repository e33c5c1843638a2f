package dev.leat.engine;

import dev.leat.engine.plan.Surrogates;
import java.util.Objects;

/**
 * Says which append of which producer this is, so that one that is sent again after a lost reply
 * adds nothing: {@code engine.append(ProducerSequence.of("collector-7", 42), tx -> ...)}.
 *
 * <p>A producer is whoever sends one append after the other: a collector, a partition of a topic, a
 * file. Its numbers grow, with or without gaps. An append whose number is not greater than the last
 * one accepted of its producer is taken for a repetition, whatever is in it, so a producer sends
 * the next number only when the one before was acknowledged, and what failed it sends again with
 * the same number.
 *
 * <p>The number is in the log with the rows, all or nothing, and is known again after a crash.
 * {@link ProducerRetention} says for how long. A producer whose name begins with {@code source:} is
 * not forgotten for being idle: it goes on from {@link Engine#lastNumber}, however late.
 *
 * @param producer its name; 1 to 255 characters, and no half of a surrogate pair, which has no
 *     UTF-8
 * @param number not negative
 */
public record ProducerSequence(String producer, long number) {
  private static final int MAX_NAME = 255;

  public ProducerSequence {
    Objects.requireNonNull(producer, "producer");
    if (producer.isEmpty() || producer.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "the name of a producer has 1 to "
              + MAX_NAME
              + " characters: length="
              + producer.length());
    }
    if (Surrogates.firstAlone(producer) >= 0) {
      throw new IllegalArgumentException(
          "the name of a producer has half a surrogate pair, and would be another one's in the log:"
              + " take another name");
    }
    if (number < 0) {
      throw new IllegalArgumentException(
          "the number of an append is not negative: producer=" + producer + " number=" + number);
    }
  }

  /** The append of a producer with a number. */
  public static ProducerSequence of(String producer, long number) {
    return new ProducerSequence(producer, number);
  }
}
