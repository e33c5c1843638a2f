package dev.leat.engine.examples;

import java.util.List;

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
}
