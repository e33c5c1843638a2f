package dev.leat.engine.examples;

import dev.leat.engine.Engine;
import dev.leat.engine.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The views that an example shows.
 *
 * @param filePrefix what the names of their files begin with
 * @param views in the order in which they are shown
 */
public record ShownViews(String filePrefix, List<ShownView> views) {
  /** The file of a view, after so many events. */
  public String fileName(ShownView view, String suffix) {
    return filePrefix + view.name() + "_" + suffix + ".csv";
  }

  /** All rows of the views, in their order and all at one position. */
  public Map<String, List<Row>> rows(Engine engine) {
    return engine.read(
        snapshot -> {
          Map<String, List<Row>> rows = new LinkedHashMap<>();
          for (ShownView view : views) {
            rows.put(view.name(), snapshot.view(view.name()).orderBy(view.orderKeys()).toList());
          }
          return rows;
        });
  }
}
