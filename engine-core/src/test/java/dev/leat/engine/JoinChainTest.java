package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Joins one upon the other, by unique keys, which are done as one. */
class JoinChainTest {
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  record Event(@Nullable String user, @Nullable String session, int n) {}

  record User(String id, String name) {}

  record Session(String id, @Nullable String device, String city) {}

  record Device(String id, String os) {}

  /** The relations of a chain, each joined upon the one before. */
  private static List<Relation<Row>> chain(PipelineBuilder p) {
    Relation<Row> first =
        p.stream("events", Event.class)
            .acceptGrowth("a test is short")
            .leftJoin(p.table("users", User.class).primaryKey(User::id).prefix("u_"))
            .on("user", "u_id");
    Relation<Row> second =
        first
            .leftJoin(p.table("sessions", Session.class).primaryKey(Session::id).prefix("s_"))
            .on("session", "s_id");
    Relation<Row> third =
        second
            .leftJoin(p.table("devices", Device.class).primaryKey(Device::id).prefix("d_"))
            .on("s_device", "d_id");
    return List.of(first, second, third);
  }

  private static Pipeline pipeline() {
    return Pipeline.define(p -> chain(p).get(2).materialize("joined"));
  }

  @Test
  void explainShowsOneJoinThatKeepsEachRowOnce() {
    assertThat(pipeline().explain())
        .contains(
            "each row once for left join on [user] = [u_id], left join on [session] = [s_id] [no"
                + " key; updating; state: left: grows with the input (accepted: a test is short),"
                + " right: one row for each distinct [u_id], right: one row for each distinct"
                + " [s_id]; right 1 unique index [u_id], right 2 unique index [s_id]]")
        .contains("left join on [s_device] = [d_id] [key [s_id]")
        .containsOnlyOnce("stream 'events' (");
  }

  @Test
  void aChangeAnywhereCorrectsTheRowsThatItReaches() {
    try (Engine engine = Engine.inMemory(pipeline(), HOST)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      TableInput<User> users = engine.table("users", User.class);
      TableInput<Session> sessions = engine.table("sessions", Session.class);
      TableInput<Device> devices = engine.table("devices", Device.class);
      List<String> told = new ArrayList<>();
      engine
          .view("joined")
          .subscribe(
              changes ->
                  changes
                      .changes()
                      .forEach(c -> told.add((c.weight() > 0 ? "+" : "-") + shown(c.row()))));
      step(
          engine,
          told,
          () -> events.append(List.of(new Event("u1", "s1", 1), new Event(null, "s1", 2))));
      assertThat(told).containsExactly("+1 - - -", "+2 - - -");

      step(engine, told, () -> users.upsert(new User("u1", "Ann")));
      assertThat(told).containsExactly("-1 - - -", "+1 Ann - -");

      // Both keys at once: each event is told once.
      step(
          engine,
          told,
          () ->
              engine.append(
                  t -> {
                    t.upsert(sessions, new Session("s1", "d1", "Bonn"));
                    t.upsert(users, new User("u1", "Anna"));
                    t.append(events, new Event("u1", null, 3));
                  }));
      assertThat(told)
          .containsExactlyInAnyOrder(
              "-1 Ann - -", "+1 Anna Bonn -", "-2 - - -", "+2 - Bonn -", "+3 Anna - -");

      step(engine, told, () -> devices.upsert(new Device("d1", "Linux")));
      assertThat(told)
          .containsExactlyInAnyOrder(
              "-1 Anna Bonn -", "+1 Anna Bonn Linux", "-2 - Bonn -", "+2 - Bonn Linux");

      step(engine, told, () -> sessions.upsert(new Session("s1", "d2", "Bonn")));
      step(engine, told, () -> devices.delete("d1"));
      assertThat(told).isEmpty();
      assertThat(engine.view("joined").scan())
          .extracting(JoinChainTest::shown)
          .containsExactlyInAnyOrder("1 Anna Bonn -", "2 - Bonn -", "3 Anna - -");

      step(engine, told, () -> users.delete("u1"));
      assertThat(told)
          .containsExactlyInAnyOrder("-1 Anna Bonn -", "+1 - Bonn -", "-3 Anna - -", "+3 - - -");
    }
  }

  private static void step(Engine engine, List<String> told, Runnable append) {
    told.clear();
    append.run();
    engine.step();
  }

  private static String shown(Row row) {
    StringBuilder text = new StringBuilder();
    text.append(row.value("n"));
    for (String name : List.of("u_name", "s_city", "d_os")) {
      Object value = row.value(name);
      text.append(' ').append(value == null ? "-" : value);
    }
    return text.toString();
  }

  @Test
  void aViewOfWhatIsBetweenChangesNoStateThatWasThere() {
    Plan before = pipeline().plan();
    Plan after =
        Pipeline.define(
                p -> {
                  List<Relation<Row>> chain = chain(p);
                  chain.get(2).materialize("joined");
                  chain.get(1).materialize("between");
                })
            .plan();
    PlanDiff diff = PlanDiff.between(PlanManifest.of(before), after);

    assertThat(before.computed()).doesNotContain(after.view("between").relation());
    assertThat(after.computed()).contains(after.view("between").relation());
    for (Node node : before.computed()) {
      assertThat(diff.keeps(node.fingerprint())).as(node.describe()).isTrue();
    }
    assertThat(diff.toString()).contains("view 'joined': kept").contains("view 'between': new");
  }

  @Test
  void whatCannotBePartOfAChainIsAJoinOfItsOwn() {
    assertThat(joins((events, users) -> events.leftJoin(users).on("user", "u_id"))).isEqualTo(1);
    assertThat(joins((events, users) -> events.fullJoin(users).on("user", "u_id"))).isEqualTo(2);
    assertThat(joins((events, users) -> events.leftJoin(users).on("user", "u_name"))).isEqualTo(2);
    assertThat(
            joins(
                (events, users) ->
                    events.leftJoin(users).matching(col("n").gt(1)).on("user", "u_id")))
        .isEqualTo(2);
    assertThat(
            joins(
                (events, users) ->
                    events.leftJoin(users).on("user", "u_id").select("user", "session", "n")))
        .isEqualTo(2);
  }

  /** How many joins are computed where events are joined with users, and then with sessions. */
  private static long joins(BinaryOperator<Relation<Row>> first) {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> events =
                  p.stream("events", Event.class)
                      .acceptGrowth("a test is short")
                      .select("user", "session", "n");
              Relation<Row> users = p.table("users", User.class).primaryKey(User::id).prefix("u_");
              Relation<Row> sessions =
                  p.table("sessions", Session.class).primaryKey(Session::id).prefix("s_");
              first
                  .apply(events, users)
                  .acceptGrowth("a test is short")
                  .leftJoin(sessions)
                  .on("session", "s_id")
                  .materialize("joined");
            });
    return pipeline.plan().computed().stream().filter(Join.class::isInstance).count();
  }
}
