package dev.leat.engine.internal.json;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads any row with Jackson: the way that knows all of JSON, and the judge of what is none.
 *
 * <p>One parser stays open from line to line ({@link LineStream}); only a rejected line costs a new
 * one. The name of a field is first compared with the one that stood at its place in the row
 * before; where it is another, it is looked up. Limits are ours, and so are their reasons;
 * Jackson's own are set beyond them.
 *
 * <p>Jackson keeps each name it has met, for ever. An input that makes up names would fill the
 * memory, so the factory and its names are dropped after some thousands that are no columns.
 */
final class JacksonRow {
  private static final String LINE_ENDS = "not JSON: the line ends in the middle of an object";
  private static final int MAX_MESSAGE = 160;
  private static final int MAX_KEPT_NAMES = 4096;
  private static final int MAX_KEPT_NAME_CHARS = 256 << 10;

  private final Schema schema;
  private final JsonLimits limits;
  private final FieldDecoder[] fields;
  private final SerializedString[] names;

  /** The column that stood at each place in the row before. */
  private final int[] order;

  /** The row in which a column was last set. */
  private final long[] rowOf;

  private final Set<String> otherNames = new HashSet<>();
  private final NumberText number = new NumberText();
  private byte[] text = new byte[256];
  private String fieldName = "";
  private long row;
  private int fieldCount;
  private int depth;
  private boolean mayHaveEscapes;

  /** How to have Jackson take what JSON does not allow, which is no advice to who sent the row. */
  private static final Pattern SWITCHES =
      Pattern.compile(": enable `[^`]*` to allow| \\(not recognized as one since Feature [^)]*\\)");

  private JsonFactory factory;
  private @Nullable JsonParser parser;
  private LineStream stream = new LineStream();
  private int keptNames;
  private long keptNameChars;

  JacksonRow(Schema schema, FieldDecoder[] fields, JsonLimits limits) {
    this.schema = schema;
    this.limits = limits;
    this.fields = fields;
    names = schema.names().stream().map(SerializedString::new).toArray(SerializedString[]::new);
    order = new int[fields.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    rowOf = new long[fields.length];
    factory = newFactory();
  }

  private JsonFactory newFactory() {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(limits.maxDepth() + 1)
            .maxNumberLength(limits.maxRowBytes())
            .maxStringLength(limits.maxRowBytes())
            .maxNameLength(limits.maxRowBytes() + Long.BYTES)
            .build();
    ErrorReportConfiguration errors =
        ErrorReportConfiguration.builder().maxErrorTokenLength(BadRow.MAX_QUOTE).build();
    return JsonFactory.builder()
        .streamReadConstraints(constraints)
        .errorReportConfiguration(errors)
        // Buffers of its own: the host's threads are not to keep any for us.
        .recyclerPool(JsonRecyclerPools.newBoundedPool(1))
        .build();
  }

  /** Names of the last row that are no columns. */
  Collection<String> otherNames() {
    return otherNames;
  }

  /**
   * Sets all columns of a row.
   *
   * @param line holds valid UTF-8
   * @throws BadRow if it is none; some columns may have been set by then
   */
  void read(byte[] line, int from, int to, StagedRows rows) throws BadRow {
    if (keptNames > MAX_KEPT_NAMES || keptNameChars > MAX_KEPT_NAME_CHARS) {
      forgetNames();
    }
    mayHaveEscapes = Utf8.indexOf((byte) '\\', line, from, to) < to;
    boolean isDone = false;
    try {
      isDone = tryRead(line, from, to, rows);
      if (!isDone) {
        // Names of earlier rows filled Jackson's table to its limit, for which this row is not to
        // blame.
        forgetNames();
        isDone = tryRead(line, from, to, rows);
      }
    } finally {
      if (!isDone) {
        closeParser();
      }
    }
    if (!isDone) {
      throw new BadRow("not JSON that can be read: it goes beyond a limit of the parser");
    }
  }

  /** Reads a row; false if Jackson refuses to for a limit of its own. */
  private boolean tryRead(byte[] line, int from, int to, StagedRows rows) throws BadRow {
    try {
      JsonParser in = parser();
      stream.open(line, from, to);
      readRow(in, rows);
      if (!stream.isAtEnd(in.releaseBuffered(OutputStream.nullOutputStream()))) {
        throw new BadRow("not one object a line: something follows the object");
      }
      return true;
    } catch (LineStream.LineEnded e) {
      throw new BadRow(LINE_ENDS);
    } catch (StreamConstraintsException e) {
      return false;
    } catch (JsonProcessingException e) {
      throw new BadRow(syntaxProblem(e));
    } catch (IOException e) {
      throw new BadRow("not JSON: " + BadRow.shorten(String.valueOf(e.getMessage())));
    }
  }

  private String syntaxProblem(JsonProcessingException e) {
    long offset =
        e.getLocation() == null ? 0 : stream.offsetInLine(e.getLocation().getByteOffset());
    if (offset >= stream.lineLength()) {
      return LINE_ENDS;
    }
    return "not JSON: "
        + BadRow.shorten(SWITCHES.matcher(e.getOriginalMessage()).replaceAll(""), MAX_MESSAGE)
        + " at byte "
        + (offset + 1);
  }

  private JsonParser parser() throws IOException {
    JsonParser open = parser;
    if (open == null) {
      stream = new LineStream();
      open = factory.createParser(stream);
      parser = open;
    }
    return open;
  }

  private void closeParser() {
    if (parser != null) {
      try {
        parser.close();
      } catch (IOException e) {
        throw new AssertionError("a stream in memory fails to close", e);
      }
      parser = null;
    }
  }

  private void forgetNames() {
    closeParser();
    factory = newFactory();
    keptNames = 0;
    keptNameChars = 0;
  }

  private void readRow(JsonParser in, StagedRows rows) throws IOException, BadRow {
    JsonToken first = in.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new BadRow("not an object but " + describe(first));
    }
    row++;
    depth = 1;
    fieldCount = 0;
    if (!otherNames.isEmpty()) {
      otherNames.clear();
    }
    int columns = 0;
    for (int place = 0; ; place++) {
      int column = nextColumn(in, place);
      if (column >= 0) {
        columns++;
        readColumn(in, fields[column], rows);
      } else if (in.currentToken() == JsonToken.END_OBJECT) {
        break;
      } else {
        skipValue(in, in.nextToken());
      }
    }
    if (columns < fields.length) {
      for (int i = 0; i < fields.length; i++) {
        if (rowOf[i] != row) {
          fields[i].setMissing(rows);
        }
      }
    }
  }

  /**
   * Goes on to the next name; the column of that name, or -1 if there is none or the object is at
   * its end.
   */
  private int nextColumn(JsonParser in, int place) throws IOException, BadRow {
    int column = place < order.length ? order[place] : 0;
    if (!in.nextFieldName(names[column])) {
      if (in.currentToken() != JsonToken.FIELD_NAME) {
        return -1;
      }
      String name = in.currentName();
      column = schema.find(name);
      if (column < 0) {
        countName();
        takeOtherName(name);
        return -1;
      }
      if (place < order.length) {
        order[place] = column;
      }
    }
    countName();
    fieldName = names[column].getValue();
    if (rowOf[column] == row) {
      throw bad(" is there twice");
    }
    rowOf[column] = row;
    return column;
  }

  /** Says what is wrong with the current field. */
  private BadRow bad(String problem) {
    return new BadRow(FieldDecoder.label(fieldName) + problem);
  }

  private void countName() throws BadRow {
    if (++fieldCount > limits.maxFields()) {
      throw new BadRow("more than " + limits.maxFields() + " fields");
    }
  }

  private void takeOtherName(String name) throws BadRow {
    fieldName = name;
    checkName(name);
    if (!otherNames.add(name)) {
      throw bad(" is there twice");
    }
  }

  private void checkName(String name) throws BadRow {
    keptNames++;
    keptNameChars += name.length();
    // A character is three bytes at most; so most names are known not to be too long.
    if (3L * name.length() > limits.maxFieldBytes() || mayHaveEscapes) {
      char[] chars = name.toCharArray();
      encode(chars, 0, chars.length);
    }
  }

  private void readColumn(JsonParser in, FieldDecoder field, StagedRows rows)
      throws IOException, BadRow {
    JsonToken token = in.nextToken();
    switch (token) {
      case VALUE_STRING -> {
        int length = readText(in);
        field.setText(text, 0, length, rows);
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> field.setNumber(readNumber(in), rows);
      case VALUE_TRUE -> field.setBoolean(true, rows);
      case VALUE_FALSE -> field.setBoolean(false, rows);
      case VALUE_NULL -> field.setNull(rows);
      case START_ARRAY -> {
        if (field.type().kind() != Type.Kind.ARRAY) {
          throw field.mismatch(field.type(), describe(token));
        }
        field.setArray(readArray(in, field, field.type().elementType()), rows);
      }
      default -> throw field.mismatch(field.type(), describe(token));
    }
  }

  private List<@Nullable Object> readArray(JsonParser in, FieldDecoder field, Type element)
      throws IOException, BadRow {
    enter();
    List<@Nullable Object> elements = new ArrayList<>();
    for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
      elements.add(readElement(in, token, field, element));
    }
    depth--;
    return elements;
  }

  private @Nullable Object readElement(
      JsonParser in, JsonToken token, FieldDecoder field, Type element) throws IOException, BadRow {
    return switch (token) {
      case VALUE_STRING -> {
        int length = readText(in);
        yield field.elementOfText(element, text, 0, length);
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> field.elementOfNumber(element, readNumber(in));
      case VALUE_TRUE -> field.elementOfBoolean(element, true);
      case VALUE_FALSE -> field.elementOfBoolean(element, false);
      case VALUE_NULL -> null;
      case START_ARRAY -> {
        if (element.kind() != Type.Kind.ARRAY) {
          throw field.mismatch(element, describe(token));
        }
        yield readArray(in, field, element.elementType());
      }
      default -> throw field.mismatch(element, describe(token));
    };
  }

  /** Passes over a value of any kind, within the limits. */
  private void skipValue(JsonParser in, JsonToken first) throws IOException, BadRow {
    int outside = depth;
    JsonToken token = first;
    while (true) {
      switch (token) {
        case START_OBJECT, START_ARRAY -> enter();
        case END_OBJECT, END_ARRAY -> depth--;
        case FIELD_NAME -> {
          countName();
          checkName(in.currentName());
        }
        case VALUE_STRING -> readText(in);
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
          String problem = FieldDecoder.numberProblem(readNumber(in), limits);
          if (problem != null) {
            throw bad(problem);
          }
        }
        default -> {}
      }
      if (depth == outside) {
        return;
      }
      token = in.nextToken();
    }
  }

  private void enter() throws BadRow {
    if (++depth > limits.maxDepth()) {
      throw new BadRow("more than " + limits.maxDepth() + " levels of nesting");
    }
  }

  /** Puts a string's value, or a number as written, into {@link #text} and returns its length. */
  private int readText(JsonParser in) throws IOException, BadRow {
    char[] chars = in.getTextCharacters();
    return encode(chars, in.getTextOffset(), in.getTextLength());
  }

  private int encode(char[] chars, int from, int count) throws BadRow {
    // A string has at least as many bytes as characters; one that is too long need not be copied.
    String problem = FieldDecoder.lengthProblem(count, limits);
    if (problem == null) {
      if (text.length < 3 * count) {
        text = new byte[6 * count];
      }
      int length = Utf8.encode(chars, from, count, text);
      if (length < 0) {
        throw bad(": half of a surrogate pair stands alone");
      }
      problem = FieldDecoder.lengthProblem(length, limits);
      if (problem == null) {
        return length;
      }
    }
    throw bad(problem);
  }

  private NumberText readNumber(JsonParser in) throws IOException, BadRow {
    if (in.getTextLength() > limits.maxNumberDigits() + NumberText.MAX_SIGNS) {
      throw bad(FieldDecoder.tooManyDigits(limits));
    }
    int length = readText(in);
    if (number.scan(text, 0, length) != length) {
      throw bad(": not a number of JSON");
    }
    return number;
  }

  private static String describe(@Nullable JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      default -> token.toString();
    };
  }
}
