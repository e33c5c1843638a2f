package dev.leat.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.EngineException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanDiffTest {
  private static final Expr PAGE = new Expr.Column("page_url");
  private static final AggregateCall COUNT =
      new AggregateCall(AggregateFunction.COUNT, null, null, false, null);
  private static final Schema CLICKS = clicks().build();
  private static final Node.Input STREAM = stream(CLICKS);
  private static final Node.Input USERS = users(clicks().build());

  private static Schema.Builder clicks() {
    return Schema.builder()
        .required("user_id", Type.STRING)
        .required("session_id", Type.STRING)
        .nullable("page_url", Type.STRING);
  }

  private static Node.Input stream(Schema schema) {
    return new Node.Input("clicks", Node.InputKind.STREAM, schema, List.of());
  }

  private static Node.Input users(Schema schema) {
    return new Node.Input("users", Node.InputKind.KEYED_TABLE, schema, List.of("user_id"));
  }

  private static Node count(Node input, String key) {
    return Node.Aggregate.of(input, List.of(key), List.of(COUNT.as("n")));
  }

  private static ViewDefinition view(String name, Node relation) {
    return new ViewDefinition(name, relation, "the test is short");
  }

  private static Plan plan(List<Node.Input> inputs, ViewDefinition... views) {
    return new Plan(inputs, List.of(views));
  }

  /** Compares as a restart does, through the text. */
  private static PlanDiff diff(Plan before, Plan after) {
    PlanManifest manifest = PlanManifest.of(before);
    assertThat(PlanManifest.parse(manifest.print())).isEqualTo(manifest);
    return PlanDiff.between(PlanManifest.parse(manifest.print()), after);
  }

  @Test
  void thePlanThatWroteItKeepsAll() {
    Node bySession = count(Node.Filter.of(STREAM, PAGE.isNotNull()), "session_id");
    Plan plan = plan(List.of(STREAM, USERS), view("sessions", bySession), view("users", USERS));
    PlanDiff diff = diff(plan, plan);
    assertThat(diff.isEmpty()).isTrue();
    assertThat(diff)
        .hasToString(
            """
            stream 'clicks': kept
            table 'users': kept
            view 'sessions': kept
            view 'users': kept
            """);
    for (Node node : plan.nodes()) {
      assertThat(diff.keeps(node.fingerprint())).isTrue();
    }
  }

  @Test
  void whatChangedIsRebuiltAndSaysWhy() {
    Node bySession = count(STREAM, "session_id");
    Node funnel = Node.Aggregate.of(bySession, List.of(), List.of(COUNT.as("sessions")));
    Node changed = count(Node.Filter.of(STREAM, PAGE.isNotNull()), "session_id");
    Node newFunnel = Node.Aggregate.of(changed, List.of(), List.of(COUNT.as("sessions")));
    Plan before =
        plan(
            List.of(STREAM),
            view("sessions", bySession),
            view("funnel", funnel),
            view("old", funnel));
    Plan after =
        plan(
            List.of(STREAM),
            view("sessions", new Node.Named(bySession, "by session")),
            view("funnel", newFunnel),
            view("fresh", bySession));
    PlanDiff diff = diff(before, after);
    assertThat(diff)
        .hasToString(
            """
            stream 'clicks': kept
            view 'sessions': kept
            view 'fresh': new
            view 'funnel': rebuilt from the log (filter page_url is not null changed)
            view 'old': dropped
            """);
    assertThat(diff.keeps(bySession.fingerprint())).isTrue();
    assertThat(diff.keeps(changed.fingerprint())).isFalse();
    assertThat(diff.added()).extracting(c -> c.entry().kind()).contains(PlanManifest.Kind.RELATION);
    // The funnel's aggregate is in both plans' text, but over other sessions.
    assertThat(diff.dropped())
        .extracting(c -> c.entry().fingerprint())
        .containsExactly(funnel.fingerprint(), before.view("old").fingerprint());
  }

  @Test
  void aViewThatReadsAnotherRelationThatIsThereSaysSo() {
    Node bySession = count(STREAM, "session_id");
    Node byUser = count(STREAM, "user_id");
    PlanDiff diff =
        diff(
            plan(List.of(STREAM), view("a", bySession), view("b", byUser)),
            plan(List.of(STREAM), view("a", byUser), view("b", byUser)));
    assertThat(diff.rebuilt())
        .singleElement()
        .satisfies(
            change ->
                assertThat(change.why())
                    .startsWith("was: aggregate by [session_id] [count(*) as n] (session_id")
                    .contains("and is: aggregate by [user_id] [count(*) as n] (user_id"));
  }

  @Test
  void aViewThatNowHoldsATableItselfSaysSo() {
    PlanDiff diff =
        diff(
            plan(List.of(USERS), view("users", count(USERS, "user_id"))),
            plan(List.of(USERS), view("users", new Node.Named(USERS, "users"))));
    assertThat(diff.toString())
        .startsWith("table 'users': kept\nview 'users': rebuilt from the log (was: aggregate by")
        .contains(", and is: table 'users' (user_id string not null");
  }

  @Test
  void aStreamWithANewColumnKeepsWhatDoesNotReadIt() {
    Node.Input wider = stream(clicks().nullable("referrer", Type.STRING).build());
    PlanDiff diff =
        diff(
            plan(
                List.of(STREAM),
                view("sessions", count(STREAM, "session_id")),
                view("all", STREAM)),
            plan(List.of(wider), view("sessions", count(wider, "session_id")), view("all", wider)));
    String was = "stream 'clicks' was: stream " + CLICKS + ", and is: stream " + wider.schema();
    assertThat(diff)
        .hasToString(
            "stream 'clicks': kept ("
                + was
                + ")\nview 'sessions': kept\nview 'all': rebuilt from the log ("
                + was
                + ")\n");
  }

  @Test
  void aTableWithANewColumnIsRebuiltWithWhatReadsIt() {
    Node.Input wider = users(clicks().nullable("referrer", Type.STRING).build());
    Plan after =
        plan(
            List.of(STREAM, wider),
            view("users", count(wider, "page_url")),
            view("clicks", count(STREAM, "page_url")));
    PlanDiff diff =
        diff(
            plan(
                List.of(STREAM, USERS),
                view("users", count(USERS, "page_url")),
                view("clicks", count(STREAM, "page_url"))),
            after);
    assertThat(diff.rebuilt())
        .extracting(change -> change.entry().kind())
        .containsExactly(
            PlanManifest.Kind.TABLE, PlanManifest.Kind.RELATION, PlanManifest.Kind.VIEW);
    assertThat(diff.rebuilt())
        .allSatisfy(change -> assertThat(change.why()).startsWith("table 'users' was: table with"));
    assertThat(diff.keeps(after.view("clicks").fingerprint())).isTrue();
    assertThat(diff.keeps(after.view("users").fingerprint())).isFalse();
  }

  @Test
  void aStreamThatBecameATableIsAnother() {
    Node.Input table = new Node.Input("clicks", Node.InputKind.KEYLESS_TABLE, CLICKS, List.of());
    PlanDiff diff =
        diff(
            plan(List.of(STREAM), view("sessions", count(STREAM, "session_id"))),
            plan(List.of(table), view("sessions", count(table, "session_id"))));
    assertThat(diff.toString())
        .contains("table 'clicks': new\n", "stream 'clicks': dropped\n")
        .contains("view 'sessions': rebuilt from the log (table 'clicks' was: stream (");
  }

  @Test
  void namesAndDescriptionsAreEscaped() {
    String odd = "tab\t line\n return\r back\\slash \\u0041 half\ud83d pair\ud83d\ude00 \u0000";
    PlanManifest manifest =
        new PlanManifest(
            List.of(
                new PlanManifest.Entry(
                    PlanManifest.Kind.VIEW, odd, STREAM.fingerprint(), odd + odd)));
    assertThat(manifest.print().lines()).hasSize(2);
    assertThat(PlanManifest.parse(manifest.print())).isEqualTo(manifest);
  }

  @Test
  void theTextOfAManifestIsPinned() {
    Plan plan = plan(List.of(USERS), view("n", count(USERS, "page_url")));
    assertThat(PlanManifest.of(plan).print())
        .isEqualTo(
            "leat-plan 1\n"
                + "table\t"
                + USERS.fingerprint()
                + "\tusers\ttable with key [user_id] (user_id string not null, session_id string"
                + " not null, page_url string)\n"
                + "relation\t"
                + count(USERS, "page_url").fingerprint()
                + "\t\taggregate by [page_url] [count(*) as n]\n"
                + "view\t"
                + plan.view("n").fingerprint()
                + "\tn\taggregate by [page_url] [count(*) as n] (page_url string, n long not"
                + " null)\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "leat-log 1\n",
        "leat-plan 1",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\tv",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\tv\td",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\tv\n",
        "leat-plan 1\nwindow\t0123456789abcdef0123456789abcdef\tv\td\n",
        "leat-plan 1\nview\t0123456789abcdef\tv\td\n",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\tv\td\\n\n",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\tv\td\\u12\n",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\tv\td\\u12xy\n",
        "leat-plan 1\nview\t0123456789abcdef0123456789abcdef\t\td\n",
        "leat-plan 1\nrelation\t0123456789abcdef0123456789abcdef\tr\td\n",
        """
        leat-plan 1
        view\t0123456789abcdef0123456789abcdef\tv\td
        view\t0123456789abcdef0123456789abcde0\tv\td
        """
      })
  void damageIsSaid(String text) {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> PlanManifest.parse(text))
        .withMessageStartingWith("the manifest of a plan is damaged: ")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.CORRUPT));
  }

  @Test
  void aNewerFormatIsNotDamage() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> PlanManifest.parse("leat-plan 2\nview\n"))
        .withMessageContaining("found=leat-plan 2 known=leat-plan 1")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new PlanManifest.Entry(
                    PlanManifest.Kind.VIEW, "", STREAM.fingerprint(), "no name"));
  }
}
