package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A row for each element of an array of each row, with all columns of the row. */
public final class Unnest extends Node {
  private final Elements elements;

  private Unnest(Node input, Elements elements, Schema schema) {
    super(List.of(input), schema, traits(input.traits()), step(elements, schema));
    this.elements = elements;
  }

  /**
   * Checks that the column is an array, and that no new column has the name of another.
   *
   * @throws EngineException if not
   */
  public static Unnest of(Node input, Elements elements) {
    String place = "unnest on " + input.describe();
    Schema schema = input.schema();
    Field array = schema.field(schema.indexOf(elements.column(), place));
    if (array.type().kind() != Type.Kind.ARRAY) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place + ": column '" + array.name() + "' is " + array.type() + ", not an array");
    }
    checkNew(schema, elements.name(), place);
    String number = elements.number();
    if (number != null) {
      checkNew(schema, number, place);
    }
    List<Field> fields = new ArrayList<>(schema.fields());
    fields.add(new Field(elements.name(), array.type().elementType(), true));
    if (elements.number() != null) {
      fields.add(new Field(elements.number(), Type.LONG, elements.isOuter()));
    }
    return new Unnest(input, elements, Schema.of(fields, place));
  }

  private static void checkNew(Schema schema, String name, String place) {
    if (schema.find(name) >= 0) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place + ": there is a column '" + name + "' already; give the new one another name");
    }
  }

  private static RowTraits traits(RowTraits input) {
    return new RowTraits(
        input.isAppendOnly(), input.holdsStream(), input.copies(), Optional.empty());
  }

  private static Canonical step(Elements elements, Schema schema) {
    Canonical text = new Canonical("unnest").name(elements.column()).name(elements.name());
    if (elements.number() != null) {
      text.name(elements.number());
    }
    return text.word(elements.isOuter() ? "outer" : "inner").schema(schema);
  }

  public Node input() {
    return inputs().get(0);
  }

  public Elements elements() {
    return elements;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.unnest(this);
  }

  @Override
  String word() {
    return "unnest";
  }
}
