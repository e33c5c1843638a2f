package dev.leat.engine.examples.shop;

import java.time.Instant;

/** Shows how the views go on. */
interface Display extends AutoCloseable {
  /** Something happened that somebody wants to know at once. */
  void alert(Instant now, String text);

  /** Time went on. */
  void show(Instant now);

  /** Nothing more comes. */
  @Override
  void close();
}
