package dev.leat.engine.examples.shop;

import java.time.Instant;

/** Shows how the views go on. */
interface Display extends AutoCloseable {
  /** Something happened that somebody wants to know at once. */
  void alert(Instant now, String text);

  /** Time went on a little. */
  void passed(Instant now);

  /** It is time to show what there is. */
  void draw(Instant now);

  /** Nothing more comes. */
  @Override
  void close();
}
