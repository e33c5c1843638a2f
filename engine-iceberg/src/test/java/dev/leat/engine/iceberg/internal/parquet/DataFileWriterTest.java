package dev.leat.engine.iceberg.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Row;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.EachType;
import dev.leat.engine.iceberg.TableRows;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.apache.iceberg.Files;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are read back with Iceberg's and Parquet's readers and by DuckDB, which share no code. */
class DataFileWriterTest {
  private static final long LARGE = 1L << 30;

  @TempDir private Path temp;

  private int files;

  /** A file, and what was in it. */
  private record Read(Path path, DataFileWriter.Written written, ParquetMetadata footer) {
    List<ColumnChunkMetaData> chunks(int column) {
      return footer.getBlocks().stream()
          .map(BlockMetaData::getColumns)
          .map(c -> c.get(column))
          .toList();
    }

    boolean hasDictionary(int column) {
      return chunks(column).stream().anyMatch(ColumnChunkMetaData::hasDictionaryPage);
    }

    boolean hasPlainPages(int column) {
      return chunks(column).stream().anyMatch(c -> c.getEncodings().contains(Encoding.PLAIN));
    }
  }

  private static org.apache.iceberg.Schema icebergs(Schema schema) {
    return TableShape.toCreate(schema, List.of());
  }

  private Read write(Schema schema, List<SinkChanges> all, long rowGroupBytes) throws IOException {
    Path path = temp.resolve("file" + ++files + ".parquet");
    TableShape shape = TableShape.of(schema, icebergs(schema));
    DataFileWriter writer = new DataFileWriter(Files.localOutput(path.toFile()), shape, LARGE);
    writer.setRowGroupBytes(rowGroupBytes);
    for (SinkChanges changes : all) {
      for (int row = 0; row < changes.count(); row++) {
        for (long copy = changes.weight(row); copy > 0; copy--) {
          writer.write(changes, row);
        }
      }
    }
    return read(path, writer.finish(MetricsConfig.getDefault()));
  }

  /** The rows of changes, in their order. */
  private static List<Row> rows(Schema schema, List<SinkChanges> all) {
    List<Row> rows = new ArrayList<>();
    for (SinkChanges changes : all) {
      for (int row = 0; row < changes.count(); row++) {
        Object[] values = new Object[schema.size()];
        for (int c = 0; c < values.length; c++) {
          values[c] = changes.valueAt(row, c);
        }
        rows.addAll(Collections.nCopies((int) changes.weight(row), Row.of(schema, values)));
      }
    }
    return rows;
  }

  /** Says where two lists differ first, and not all that is in them. */
  private static void assertSame(List<?> found, List<?> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      if (!Objects.equals(found.get(i), expected.get(i))) {
        assertThat(found.get(i)).as("row %s", i).isEqualTo(expected.get(i));
      }
    }
  }

  private static Read read(Path path, DataFileWriter.Written written) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path))) {
      return new Read(path, written, reader.getFooter());
    }
  }

  /** Copied as compaction does it. */
  private Read copy(Schema schema, Read from) throws IOException {
    Path path = temp.resolve("file" + ++files + ".parquet");
    TableShape shape = TableShape.of(schema, icebergs(schema));
    DataFileWriter writer =
        new DataFileWriter(
            Files.localOutput(path.toFile()), shape.schema(), shape.parquet(), LARGE);
    try (DataFileReader reader = new DataFileReader(Files.localInput(from.path.toFile()))) {
      reader.read(
          shape.parquet(),
          (readers, rows) -> {
            for (long row = 0; row < rows; row++) {
              writer.copy(readers);
            }
          });
    }
    return read(path, writer.finish(MetricsConfig.getDefault()));
  }

  private static List<Row> rows(Schema schema, Read file) {
    org.apache.iceberg.Schema columns = icebergs(schema);
    List<Row> rows = new ArrayList<>();
    try (CloseableIterable<Record> records =
        Parquet.read(Files.localInput(file.path.toFile()))
            .project(columns)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(columns, type))
            .build()) {
      for (Record record : records) {
        Object[] values = new Object[schema.size()];
        for (int c = 0; c < values.length; c++) {
          values[c] = TableRows.value(schema.field(c).type(), record.get(c));
        }
        rows.add(Row.of(schema, values));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static List<Object> duckDb(Read file, String select) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement()) {
      boolean unused = statement.execute("SET TimeZone = 'UTC'");
      List<Object> values = new ArrayList<>();
      try (ResultSet result =
          statement.executeQuery("SELECT " + select + " FROM '" + file.path + "'")) {
        while (result.next()) {
          values.add(result.getObject(1));
        }
      }
      return values;
    }
  }

  /** The n-th value of a type; different ones are different. */
  private static Object value(Type type, int n) {
    int signed = n % 2 == 0 ? n / 2 : -(n + 1) / 2;
    return switch (type.kind()) {
      case BOOLEAN -> n % 2 == 0;
      case INT -> signed * 7919;
      case LONG -> signed * 7_000_000_000_037L;
      case FLOAT -> signed * 0.5f;
      case DOUBLE -> signed / 16.0;
      case DECIMAL ->
          new BigDecimal(
              BigInteger.valueOf(signed)
                  .multiply(BigInteger.TEN.pow(Math.max(0, type.precision() - 7))),
              type.scale());
      case STRING -> n == 0 ? "" : (n % 3 == 0 ? "Zoë \uD83D\uDE00 " : "plain ") + n;
      case INSTANT -> Instant.EPOCH.plusNanos(signed * 1_234_567_000L);
      case DATE -> LocalDate.EPOCH.plusDays(signed % 100_000);
      case DURATION -> Duration.ofNanos(signed * 1_000_001_000L);
      case BYTES -> new BigInteger(n + "77").toByteArray();
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < n % 4; i++) {
          list.add(i == 1 ? null : value(Objects.requireNonNull(type.elementType()), n + i));
        }
        yield list;
      }
    };
  }

  /** Rows in batches; every type twice, once without nulls. */
  private static List<List<Row>> someOfEachType(
      Schema schema, Random random, int count, int different, double missing) {
    List<List<Row>> batches = new ArrayList<>();
    while (count > batches.stream().mapToInt(List::size).sum()) {
      int left = count - batches.stream().mapToInt(List::size).sum();
      List<Row> batch = new ArrayList<>();
      for (int i = 0; i < Math.min(left, 10_000); i++) {
        Object[] values = new Object[schema.size()];
        for (int c = 0; c < values.length; c++) {
          boolean isNull = schema.field(c).nullable() && random.nextDouble() < missing;
          values[c] = isNull ? null : value(schema.field(c).type(), random.nextInt(different));
        }
        batch.add(Row.of(schema, values));
      }
      batches.add(batch);
    }
    return batches;
  }

  /** How many rows, of how many different values, and how many of ten are null. */
  @ParameterizedTest
  @ValueSource(
      strings = {"1 1 0", "7 1 5", "8 2 5", "300 3 10", "3000 300 3", "20000 9 1", "20001 9000 5"})
  void rowsOfAllTypesAreReadBack(String shape) throws Exception {
    int[] numbers = Arrays.stream(shape.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    Schema schema = EachType.twice();
    List<List<Row>> batches =
        someOfEachType(schema, new Random(5), numbers[0], numbers[1], numbers[2] / 10.0);
    List<SinkChanges> changes = KeptChanges.of(schema, batches);
    List<Row> rows = rows(schema, changes);
    assertThat(rows).hasSize(numbers[0]);

    Read file = write(schema, changes, numbers[1] == 300 ? 1 << 14 : LARGE);
    assertSame(rows(schema, file), rows);
    assertSame(rows(schema, copy(schema, file)), rows);
    assertThat(file.footer.getBlocks()).hasSizeGreaterThan(numbers[1] == 300 ? 3 : 0);
    checkStatistics(schema, rows, file);
    checkByDuckDb(schema, rows, file);
  }

  private static void checkByDuckDb(Schema schema, List<Row> rows, Read file) throws SQLException {
    for (int c = 0; c < schema.size(); c++) {
      Field field = schema.field(c);
      List<Object> found = duckDb(file, text(field));
      Function<Row, Object> expected =
          row -> {
            Object value = row.value(field.name());
            return value == null ? null : text(field.type(), value);
          };
      if (field.type().kind() != Type.Kind.ARRAY) {
        assertSame(found, rows.stream().map(expected).toList());
      } else {
        assertThat(found).hasSize(rows.size());
      }
    }
  }

  private static String text(Field field) {
    return switch (field.type().kind()) {
      case INSTANT -> "epoch_us(" + field.name() + ")";
      case DATE -> "datediff('day', DATE '1970-01-01', " + field.name() + ")";
      case BYTES -> "hex(" + field.name() + ")";
      case STRING, LONG, DURATION, BOOLEAN, INT, FLOAT, DOUBLE, DECIMAL, ARRAY -> field.name();
    };
  }

  private static Object text(Type type, Object value) {
    return switch (type.kind()) {
      case INSTANT -> java.time.temporal.ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) value);
      case DATE -> ((LocalDate) value).toEpochDay();
      case BYTES -> java.util.HexFormat.of().withUpperCase().formatHex((byte[]) value);
      case DURATION -> ((Duration) value).toNanos() / 1000;
      case BOOLEAN, INT, LONG, FLOAT, DOUBLE, DECIMAL, STRING, ARRAY -> value;
    };
  }

  /** Bounds are those of the values, by the types that can be compared. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static void checkStatistics(Schema schema, List<Row> rows, Read file) {
    Metrics metrics = file.written.metrics();
    org.apache.iceberg.Schema columns = icebergs(schema);
    assertThat(metrics.recordCount()).isEqualTo(rows.size());
    for (Field field : schema.fields()) {
      int id = columns.findField(field.name()).fieldId();
      List<Object> values =
          rows.stream().map(row -> row.value(field.name())).filter(Objects::nonNull).toList();
      if (field.type().kind() == Type.Kind.ARRAY) {
        continue;
      }
      assertThat(metrics.nullValueCounts().get(id)).isEqualTo((long) rows.size() - values.size());
      if (values.isEmpty()) {
        assertThat(metrics.lowerBounds().get(id)).isNull();
        continue;
      }
      if (field.type().kind() == Type.Kind.BYTES || field.type().kind() == Type.Kind.STRING) {
        continue;
      }
      TreeSet<Comparable> sorted =
          values.stream().map(v -> (Comparable) v).collect(Collectors.toCollection(TreeSet::new));
      assertThat(withoutSign(bound(field, columns, metrics.lowerBounds())))
          .isEqualTo(sorted.first());
      assertThat(withoutSign(bound(field, columns, metrics.upperBounds())))
          .isEqualTo(sorted.last());
    }
  }

  /** Zero, if it is zero: a lower bound is the negative one. */
  private static Object withoutSign(Object bound) {
    if (bound instanceof Double number) {
      return number + 0.0;
    }
    return bound instanceof Float number ? number + 0.0f : bound;
  }

  private static Object bound(
      Field field, org.apache.iceberg.Schema columns, Map<Integer, ByteBuffer> bounds) {
    Types.NestedField column = columns.findField(field.name());
    Object bound = Conversions.fromByteBuffer(column.type(), bounds.get(column.fieldId()));
    return switch (field.type().kind()) {
      case INSTANT -> Instant.EPOCH.plus((Long) bound, java.time.temporal.ChronoUnit.MICROS);
      case DATE -> LocalDate.ofEpochDay((Integer) bound);
      case DURATION -> Duration.ofNanos((Long) bound * 1000);
      case STRING -> bound.toString();
      case BYTES, BOOLEAN, INT, LONG, FLOAT, DOUBLE, DECIMAL, ARRAY -> bound;
    };
  }

  private static final Schema TEXTS =
      Schema.of(
          List.of(new Field("few", Type.STRING, false), new Field("text", Type.STRING, true)));

  private static List<List<Row>> texts(int count, int batch, IntFunction<String> text) {
    List<List<Row>> batches = new ArrayList<>();
    for (int from = 0; from < count; from += batch) {
      List<Row> rows = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + batch); i++) {
        rows.add(Row.of(TEXTS, "kind " + i % 10, text.apply(i)));
      }
      batches.add(rows);
    }
    return batches;
  }

  private Read checked(List<List<Row>> batches, long rowGroupBytes) throws IOException {
    List<SinkChanges> changes = KeptChanges.of(TEXTS, batches);
    List<Row> rows = rows(TEXTS, changes);
    Read file = write(TEXTS, changes, rowGroupBytes);
    assertSame(rows(TEXTS, file), rows);
    Read copied = copy(TEXTS, file);
    assertSame(rows(TEXTS, copied), rows);
    assertThat(copied.hasDictionary(1)).isEqualTo(file.hasDictionary(1));
    return file;
  }

  @Test
  void aDictionaryIsForValuesThatComeAgain() throws Exception {
    Read file = checked(texts(25_000, 10_000, i -> "all are different " + i), LARGE);

    assertThat(file.hasDictionary(0)).isTrue();
    assertThat(file.hasPlainPages(0)).isFalse();
    assertThat(file.hasDictionary(1)).isFalse();
  }

  @Test
  void aDictionaryThatGrowsTooLargeIsKeptForThePagesThatHaveIt() throws Exception {
    String long100 = "x".repeat(100);
    // Few in the first page, and more than a mebibyte of them later, within a page.
    Read file = checked(texts(70_000, 10_000, i -> long100 + (i < 25_000 ? i % 500 : i)), LARGE);

    assertThat(file.hasDictionary(1)).isTrue();
    assertThat(file.hasPlainPages(1)).isTrue();
    assertThat(duckDb(file, "count(DISTINCT text)")).containsExactly(500L + 45_000);
  }

  @Test
  void eachGroupOfRowsHasADictionaryOfItsOwn() throws Exception {
    Read file = checked(texts(45_000, 10_000, i -> "text " + i % 20_000 / 4), 1 << 15);

    assertThat(file.footer.getBlocks()).hasSizeGreaterThan(2);
    assertThat(file.chunks(0)).allMatch(ColumnChunkMetaData::hasDictionaryPage);
    assertThat(file.written.splits()).hasSameSizeAs(file.footer.getBlocks());
  }

  @Test
  void aValueThatIsLargerThanADictionaryIsPlain() throws Exception {
    String huge = "\u00e9".repeat(1_500_000);
    checked(texts(12, 5, i -> i == 0 || i == 7 ? huge + i : i % 3 == 1 ? null : "small"), LARGE);
    checked(texts(12, 5, i -> i == 9 ? huge : "small " + i % 2), LARGE);
  }

  @Test
  void codesThatComeToMeanSomethingElseAreNotMixedUp() throws Exception {
    // So many that the engine frees codes meanwhile, and gives them out again.
    List<List<Row>> batches = texts(240_000, 40_000, i -> "once " + i);
    List<SinkChanges> changes = KeptChanges.of(TEXTS, batches);
    Set<Object> codes = new HashSet<>();
    changes.forEach(c -> codes.add(c.codes()));
    assertThat(codes).hasSizeGreaterThan(1);

    Read file = write(TEXTS, changes, LARGE);

    assertThat(file.footer.getBlocks()).hasSize(1);
    assertSame(
        duckDb(file, "few || text"),
        rows(TEXTS, changes).stream()
            .map(row -> "" + row.value("few") + row.value("text"))
            .toList());
    // Ten values of ten bytes with their lengths; not once more for each time that codes changed.
    assertThat(file.chunks(0).get(0).getEncodings()).doesNotContain(Encoding.PLAIN);
    assertThat(dictionarySize(file)).isEqualTo(10);
  }

  private static int dictionarySize(Read file) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file.path))) {
      DictionaryPageReadStore pages = reader.getDictionaryReader(file.footer.getBlocks().get(0));
      return Objects.requireNonNull(
              pages.readDictionaryPage(
                  file.footer.getFileMetaData().getSchema().getColumns().get(0)))
          .getDictionarySize();
    }
  }

  private Metrics metricsOf(Type type, Object... values) throws IOException {
    Schema schema = Schema.of(List.of(new Field("value", type, true)));
    List<Row> rows = Arrays.stream(values).map(v -> Row.of(schema, new Object[] {v})).toList();
    List<SinkChanges> changes = KeptChanges.of(schema, List.of(rows));
    Read file = write(schema, changes, LARGE);
    assertSame(rows(schema, file), rows(schema, changes));
    return file.written.metrics();
  }

  private static Object bound(Type type, Map<Integer, ByteBuffer> bounds) {
    Schema schema = Schema.of(List.of(new Field("value", type, true)));
    return bounds.get(1) == null ? null : bound(schema.field(0), icebergs(schema), bounds);
  }

  @Test
  void whatIsNoNumberHasNoBounds() throws Exception {
    for (Type type : List.of(Type.DOUBLE, Type.FLOAT)) {
      boolean isDouble = type.kind() == Type.Kind.DOUBLE;
      Function<Double, Object> of = d -> isDouble ? (Object) d : (Object) d.floatValue();
      Metrics mixed = metricsOf(type, of.apply(1.0), of.apply(Double.NaN), null, of.apply(-2.0));
      assertThat(mixed.lowerBounds().get(1)).isNull();
      assertThat(mixed.upperBounds().get(1)).isNull();
      assertThat(mixed.nullValueCounts()).containsEntry(1, 1L);
      Metrics first = metricsOf(type, of.apply(Double.NaN), of.apply(1.0));
      assertThat(first.lowerBounds().get(1)).isNull();

      // Pages have statistics of their own; what is no number in one of them is told of the file.
      Object[] pages = new Object[3 * FlatColumn.PAGE_ROWS];
      Arrays.fill(pages, of.apply(5.0));
      for (int page = 0; page < 3; page++) {
        Object[] values = pages.clone();
        values[page * FlatColumn.PAGE_ROWS] = of.apply(Double.NaN);
        values[page * FlatColumn.PAGE_ROWS + 1] = of.apply(1.0);
        values[page * FlatColumn.PAGE_ROWS + 2] = of.apply(9.0);
        Metrics some = metricsOf(type, values);
        assertThat(some.lowerBounds().get(1)).as("page %s", page).isNull();
        assertThat(some.upperBounds().get(1)).as("page %s", page).isNull();
      }

      Metrics zeros = metricsOf(type, of.apply(0.0), of.apply(0.0));
      assertThat(bound(type, zeros.lowerBounds())).isEqualTo(of.apply(-0.0));
      Metrics negative = metricsOf(type, of.apply(-0.0), of.apply(-5.0));
      assertThat(bound(type, negative.upperBounds())).isEqualTo(of.apply(0.0));
      Metrics endless =
          metricsOf(type, of.apply(Double.POSITIVE_INFINITY), of.apply(Double.NEGATIVE_INFINITY));
      assertThat(bound(type, endless.upperBounds())).isEqualTo(of.apply(Double.POSITIVE_INFINITY));
    }
  }

  @Test
  void boundsOfLongStringsAreCutWithinThemAndStillHold() throws Exception {
    String smile = "\uD83D\uDE00";
    Metrics metrics =
        metricsOf(
            Type.STRING,
            "a".repeat(15) + smile + "tail".repeat(20),
            "z".repeat(15) + smile + "end");
    assertThat(bound(Type.STRING, metrics.lowerBounds())).isEqualTo("a".repeat(15) + smile);
    // The last character that is kept is the next one.
    assertThat(bound(Type.STRING, metrics.upperBounds()))
        .isEqualTo("z".repeat(15) + "\uD83D\uDE01");

    String highest = new String(Character.toChars(Character.MAX_CODE_POINT)).repeat(40);
    Metrics noUpper = metricsOf(Type.STRING, "x", highest);
    assertThat(bound(Type.STRING, noUpper.upperBounds())).isNull();
    assertThat(bound(Type.STRING, noUpper.lowerBounds())).isEqualTo("x");

    // By bytes of UTF-8, not by units of UTF-16: U+FF5E is before U+1F600.
    Metrics order = metricsOf(Type.STRING, smile, "\uFF5E");
    assertThat(bound(Type.STRING, order.upperBounds())).isEqualTo(smile);
    assertThat(bound(Type.STRING, order.lowerBounds())).isEqualTo("\uFF5E");
  }

  @Test
  void onlyNullsHaveNoBoundsAndNoDictionary() throws Exception {
    for (Type type : EachType.TYPES) {
      Metrics metrics = metricsOf(type, null, null, null);
      assertThat(metrics.lowerBounds()).isEmpty();
      assertThat(metrics.recordCount()).isEqualTo(3);
    }
  }

  @Test
  void aFileIsFullWhereItSaysSoWhateverItIsOf() throws Exception {
    Random random = new Random(3);
    List<IntFunction<String>> kinds =
        List.of(
            i -> "x",
            i -> "often " + i % 1000,
            i -> "once " + i,
            i -> Long.toString(random.nextLong(), 36) + random.nextInt());
    for (IntFunction<String> kind : kinds) {
      List<SinkChanges> changes = KeptChanges.of(TEXTS, texts(40_000, 20_000, kind));
      for (long target : new long[] {1 << 16, 300_000}) {
        Path path = temp.resolve("file" + ++files + ".parquet");
        TableShape shape = TableShape.of(TEXTS, icebergs(TEXTS));
        DataFileWriter writer = new DataFileWriter(Files.localOutput(path.toFile()), shape, target);
        for (int i = 0; i < 600_000 && !writer.isFull(); i++) {
          SinkChanges some = changes.get(i / 20_000 % changes.size());
          writer.write(some, i % 20_000);
        }
        boolean isFull = writer.isFull();
        long bytes = writer.finish(MetricsConfig.getDefault()).bytes();
        assertThat(bytes).isEqualTo(path.toFile().length());
        if (isFull) {
          assertThat((double) bytes / target).isBetween(0.9, 1.1);
        } else {
          assertThat(bytes).isLessThan(target);
        }
      }
    }
  }
}
