package dev.leat.engine;

import dev.leat.engine.internal.exec.EpochChanges;
import dev.leat.engine.internal.exec.SinkRules;
import dev.leat.engine.internal.exec.SinkTarget;
import org.jspecify.annotations.Nullable;

/** A sink of a pipeline as the runtime sees it. */
record SinkBinding(SinkSource source, Sink sink, SinkSettings settings) implements SinkTarget {
  SinkRules rules() {
    return new SinkRules(
        settings.commitInterval().map(interval -> interval.toNanos()).orElse(Long.MAX_VALUE),
        settings.queueRows(),
        settings.maxWait().toNanos(),
        settings.closeTimeout().toNanos(),
        settings.changedQuery() == SinkSettings.ChangedQuery.CONTINUE);
  }

  @Override
  public Session open() {
    return new Adapted(sink.open(source));
  }

  private record Adapted(SinkSession session) implements Session {
    @Override
    public @Nullable Place place() {
      return session
          .place()
          .map(p -> new Place(p.log(), p.query(), p.run(), p.position().value()))
          .orElse(null);
    }

    @Override
    public void write(EpochChanges changes) {
      session.write(new SinkChanges(changes));
    }

    @Override
    public void commit(Place place) {
      session.commit(
          new SinkPlace(place.log(), place.query(), place.run(), new Position(place.position())));
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
