package dev.leat.engine.planted.internal.json;

import com.fasterxml.jackson.core.JsonFactory;

/** Breaks no rule: this is the home of Jackson. */
final class UsesJacksonAtHome {
  String name() {
    return new JsonFactory().getFormatName();
  }
}
