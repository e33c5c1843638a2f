package dev.leat.engine;

import java.io.Serializable;

/**
 * An accessor of a record component, {@code Click::sessionId}: it names the component's column. It
 * must be a method reference; a lambda has no name.
 *
 * @param <T> the record
 * @param <V> the component's type
 */
@FunctionalInterface
public interface Accessor<T, V> extends Serializable {
  /** The component's value. */
  V apply(T row);
}
