package dev.leat.engine.planted.internal.log;

import com.fasterxml.jackson.core.JsonFactory;

/** Breaks a rule: Jackson belongs to JSON. */
final class UsesJackson {
  String name() {
    return new JsonFactory().getFormatName();
  }
}
