package dev.leat.engine.examples.engagement;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Interactions as NDJSON, as a producer would write them. */
final class InteractionText {
  private InteractionText() {}

  static String ndjson(List<Interaction> interactions) {
    return interactions.stream().map(InteractionText::line).collect(Collectors.joining());
  }

  static String column(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static String line(Interaction interaction) {
    StringJoiner fields = new StringJoiner(",", "{", "}\n");
    for (RecordComponent component : Interaction.class.getRecordComponents()) {
      Object value;
      try {
        value = component.getAccessor().invoke(interaction);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
      boolean isBare = value == null || value instanceof Integer;
      fields.add('"' + column(component) + "\":" + (isBare ? value : "\"" + value + '"'));
    }
    return fields.toString();
  }
}
