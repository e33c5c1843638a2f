package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of the last append of each producer, so that one that is sent again is known.
 *
 * <p>What is <em>accepted</em> is in the log and in the views, and follows from the log alone: the
 * epochs bring it, their ticks are the clock by which idle producers are forgotten. What is
 * <em>expected</em> is in an epoch on its way into the log: a repetition has to wait for that
 * epoch, and fails if it fails.
 *
 * <p>Of a producer at most one append is on its way in a way that matters: the next one is only
 * sent when the one before was acknowledged. So it is enough to keep the last.
 *
 * <p>A source that reads on from the number here would read all anew if it were forgotten, so it is
 * not for being idle: a table in a lake may get no rows for a month.
 *
 * <p><b>Threading.</b> Any thread. Its lock is taken under others, and takes none.
 */
final class Producers implements Checkpointed {
  private static final Logger LOG = LoggerFactory.getLogger(Producers.class);

  /**
   * An append that has been made before.
   *
   * @param epoch that has its rows, if that is on its way into the log; else null
   * @param position of the last rows of its producer, if they are in the log
   */
  record Earlier(@Nullable Epoch epoch, long position) {}

  private record Accepted(long number, long position, long tickMicros) {}

  private record Expected(long number, Epoch epoch) {}

  /** What the names of sources begin with. */
  static final String SOURCE = "source:";

  private final ProducerLimits limits;

  /** What a producer takes beside its name: two entries of maps, and what they hold. */
  private static final long PRODUCER_BYTES = 200;

  /** The one that was idle the longest first; sources apart, as they are not forgotten for that. */
  private final Map<String, Accepted> accepted = new LinkedHashMap<>();

  private final Map<String, Accepted> sources = new LinkedHashMap<>();

  private final Map<String, Expected> expected = new HashMap<>();
  private long nowMicros = Long.MIN_VALUE;
  private long nameBytes;
  private boolean hasWarned;

  Producers(ProducerLimits limits) {
    this.limits = limits;
  }

  private Map<String, Accepted> of(String producer) {
    return producer.startsWith(SOURCE) ? sources : accepted;
  }

  /** The number of a producer's last append that is in, or on its way into the log. */
  synchronized OptionalLong lastNumber(String producer) {
    Accepted last = of(producer).get(producer);
    Expected next = expected.get(producer);
    if (last == null && next == null) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        Math.max(last == null ? 0 : last.number(), next == null ? 0 : next.number()));
  }

  /** What an append repeats; null if it is new. */
  synchronized @Nullable Earlier find(Epoch.Sequence sequence) {
    Accepted last = of(sequence.producer()).get(sequence.producer());
    if (last != null && sequence.number() <= last.number()) {
      return new Earlier(null, last.position());
    }
    Expected next = expected.get(sequence.producer());
    return next != null && sequence.number() <= next.number()
        ? new Earlier(next.epoch(), next.epoch().position())
        : null;
  }

  /** Says that an append is in an epoch that is on its way into the log. */
  synchronized void expect(Epoch.Sequence sequence, Epoch epoch) {
    expected.put(sequence.producer(), new Expected(sequence.number(), epoch));
  }

  /** Says that an epoch will not come into the log: its appends have not been made. */
  synchronized void forget(Epoch epoch) {
    for (Epoch.Sequence sequence : epoch.sequences()) {
      settle(sequence, epoch);
    }
  }

  private void settle(Epoch.Sequence sequence, Epoch epoch) {
    Expected next = expected.get(sequence.producer());
    if (next != null && next.epoch() == epoch) {
      expected.remove(sequence.producer());
    }
  }

  /** Takes over what an epoch of the log brings, in its order. */
  synchronized void accept(Epoch epoch) {
    // The host's clock may be set back; nobody is forgotten earlier for that.
    nowMicros = Math.max(nowMicros, epoch.tickMicros());
    for (Epoch.Sequence sequence : epoch.sequences()) {
      // Taken out first, so that it moves to the end.
      Map<String, Accepted> known = of(sequence.producer());
      Accepted last = known.remove(sequence.producer());
      long number = last == null ? 0 : last.number();
      nameBytes += last == null ? sequence.producer().length() : 0;
      known.put(
          sequence.producer(),
          new Accepted(Math.max(number, sequence.number()), epoch.position(), nowMicros));
      settle(sequence, epoch);
    }
    forgetIdle();
  }

  private void forgetIdle() {
    Iterator<Map.Entry<String, Accepted>> idle = accepted.entrySet().iterator();
    while (idle.hasNext()) {
      Map.Entry<String, Accepted> longest = idle.next();
      boolean isTooMany = size() > limits.maxProducers();
      if (!isTooMany && nowMicros - longest.getValue().tickMicros() <= limits.horizonMicros()) {
        return;
      }
      forget(idle, longest.getKey(), isTooMany);
    }
    Iterator<Map.Entry<String, Accepted>> all = sources.entrySet().iterator();
    while (size() > limits.maxProducers()) {
      forget(all, all.next().getKey(), true);
    }
  }

  private void forget(
      Iterator<Map.Entry<String, Accepted>> at, String producer, boolean isTooMany) {
    if (isTooMany && !hasWarned) {
      hasWarned = true;
      LOG.warn(
          "more producers than max-producers={}: '{}' is forgotten, and others will be; what it"
              + " sends again would be added again",
          limits.maxProducers(),
          producer);
    }
    nameBytes -= producer.length();
    at.remove();
  }

  /** How many are known. */
  synchronized int size() {
    return accepted.size() + sources.size();
  }

  /** About how many bytes they take. */
  synchronized long stateBytes() {
    return size() * PRODUCER_BYTES + nameBytes;
  }

  @Override
  public synchronized StateImage capture() {
    Map<String, Accepted> copy = new LinkedHashMap<>(accepted);
    copy.putAll(sources);
    long now = nowMicros;
    return out -> {
      out.writeLong(now);
      out.writeInt(copy.size());
      copy.forEach(
          (producer, last) -> {
            out.writeString(producer);
            out.writeLong(last.number());
            out.writeLong(last.position());
            out.writeLong(last.tickMicros());
          });
    };
  }

  @Override
  public synchronized void restore(StateReader in) {
    nowMicros = in.readLong();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String producer = in.readString();
      of(producer).put(producer, new Accepted(in.readLong(), in.readLong(), in.readLong()));
      nameBytes += producer.length();
    }
    // The limits may be narrower now.
    forgetIdle();
  }
}
