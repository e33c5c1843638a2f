package dev.leat.engine;

import java.util.List;
import java.util.Objects;

/**
 * How far the views have come that are being built from the log while the others go on; see {@link
 * Engine#backfill}.
 *
 * @param views their names
 * @param position up to where they have seen the log
 * @param target where the engine is: when they are there too, they can be read
 */
public record BackfillProgress(List<String> views, Position position, Position target) {
  public BackfillProgress {
    views = List.copyOf(views);
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(target, "target");
  }

  @Override
  public String toString() {
    return "views=" + views + " built_to=" + position.value() + " target=" + target.value();
  }
}
