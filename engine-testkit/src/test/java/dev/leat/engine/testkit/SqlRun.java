package dev.leat.engine.testkit;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Threading;
import dev.leat.engine.View;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a case through the engine, epoch by epoch, and its query through DuckDB, over the rows that
 * are there at the end. One thread.
 */
final class SqlRun implements AutoCloseable {
  private static final String VIEW = "view0";
  private static final int MANY = 60;
  private static final int FEW = 24;

  private final Connection connection;

  SqlRun() {
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET threads = 1");
        // The values of a string_agg are ordered by themselves, also where they are a literal.
        statement.execute("SET order_by_non_integer_literal = true");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The case of a seed. */
  static RandomCase of(long seed) {
    Plan plan = SqlPlans.plan(seed);
    SplittableRandom random = new SplittableRandom(seed ^ 0x73716cL);
    boolean isJoined = plan.nodes().stream().anyMatch(n -> n.inputs().size() > 1);
    int count = random.nextInt(1, isJoined ? FEW : MANY);
    List<List<InputChange>> epochs =
        RandomChanges.epochs(plan, random, new PlainValues(random), count);
    return new RandomCase(
        seed, plan, epochs, new RandomCase.Options(true, false, false, MANY, false));
  }

  /** Why a case fails; null if it does not. */
  @Nullable String failure(RandomCase randomCase) {
    InputModel model = new InputModel(randomCase.plan());
    Map<ReferenceRow, Long> actual;
    try (Engine engine =
        Engine.inMemory(
            Pipeline.of(randomCase.plan()),
            EngineSettings.defaults().withThreading(Threading.HOST))) {
      for (List<InputChange> epoch : randomCase.epochs()) {
        epoch.forEach(model::apply);
        engine.append(
            transaction -> epoch.forEach(change -> RandomRun.write(engine, transaction, change)));
        engine.step();
      }
      View<?> view = engine.view(VIEW);
      actual = new LinkedHashMap<>();
      Schema schema = view.schema();
      engine
          .view(VIEW)
          .scan()
          .forEach(row -> actual.merge(ReferenceRow.of(schema, row.values()), 1L, Long::sum));
    }
    Node relation = randomCase.plan().views().get(0).relation();
    String query = SqlText.query(randomCase.plan(), relation);
    try {
      load(randomCase.plan(), model);
      Map<ReferenceRow, Long> expected = rows(query, relation.schema());
      return expected.equals(actual)
          ? null
          : query + "\n" + new RandomRun.Difference(expected, actual);
    } catch (SQLException e) {
      return query + "\n" + e.getMessage();
    }
  }

  private void load(Plan plan, InputModel model) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (Node.Input input : plan.inputs()) {
        String columns =
            input.schema().fields().stream()
                .map(f -> SqlExprText.quoted(f.name()) + " " + SqlExprText.type(f.type()))
                .collect(Collectors.joining(", "));
        String table = SqlExprText.quoted(input.name());
        statement.execute("CREATE OR REPLACE TEMP TABLE " + table + " (" + columns + ")");
        List<String> rows = new ArrayList<>();
        for (ReferenceRow row : model.rows(input.name())) {
          rows.add("(" + values(input.schema(), row) + ")");
        }
        if (!rows.isEmpty()) {
          statement.execute("INSERT INTO " + table + " VALUES " + String.join(", ", rows));
        }
      }
    }
  }

  private static String values(Schema schema, ReferenceRow row) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      values.add(SqlExprText.value(schema.field(i).type(), row.value(i)));
    }
    return String.join(", ", values);
  }

  private Map<ReferenceRow, Long> rows(String query, Schema schema) throws SQLException {
    // Times as numbers, so that no time zone of this JVM matters.
    String columns =
        schema.fields().stream()
            .map(
                f ->
                    f.type().equals(Type.INSTANT)
                        ? "epoch_us(" + SqlExprText.quoted(f.name()) + ")"
                        : SqlExprText.quoted(f.name()))
            .collect(Collectors.joining(", "));
    Map<ReferenceRow, Long> rows = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + columns + " FROM (" + query + ")")) {
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int c = 0; c < schema.size(); c++) {
          row.add(value(schema.field(c), result.getObject(c + 1)));
        }
        rows.merge(ReferenceRow.of(schema, row), 1L, Long::sum);
      }
    }
    return rows;
  }

  private static @Nullable Object value(Field field, @Nullable Object value) {
    return value != null && field.type().equals(Type.INSTANT)
        ? ReferenceValues.instant((long) value)
        : value;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
