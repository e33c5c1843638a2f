package dev.leat.engine.internal.json;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What came of some input: the rows as Java values, the reasons, and the raw lines that they are
 * about.
 */
record Decoded(List<List<Object>> rows, List<String> reasons, List<String> lines) {

  static Decoded of(Schema schema, String input) {
    return of(schema, input.getBytes(StandardCharsets.UTF_8));
  }

  static Decoded of(Schema schema, byte[] input) {
    return of(new NdjsonDecoder(schema, JsonLimits.DEFAULT), schema, input);
  }

  /** Decodes all of an input as one last buffer. */
  static Decoded of(NdjsonDecoder decoder, Schema schema, byte[] input) {
    StagedRows rows = new StagedRows(schema, new Hashing(1));
    List<String> reasons = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    decoder.startInput();
    int used =
        decoder.decode(
            input,
            0,
            input.length,
            true,
            Integer.MAX_VALUE,
            rows,
            (reason, buffer, from, to) -> {
              reasons.add(reason);
              lines.add(new String(buffer, from, to - from, StandardCharsets.UTF_8));
            });
    if (used != input.length) {
      throw new AssertionError("used " + used + " bytes of " + input.length);
    }
    return new Decoded(values(rows), reasons, lines);
  }

  /** Rows as lists of Java values; byte arrays as lists, so that they can be compared. */
  static List<List<Object>> values(StagedRows rows) {
    List<List<Object>> all = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      List<Object> values = new ArrayList<>();
      for (int column = 0; column < rows.schema().size(); column++) {
        Object value = rows.value(column, row);
        values.add(value instanceof byte[] bytes ? asList(bytes) : value);
      }
      all.add(values);
    }
    return all;
  }

  private static List<Byte> asList(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }
}
