package dev.leat.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Fingerprints are in checkpoints. A test here that fails says that state written by an earlier
 * version is no longer found: do not change what it expects, unless that state has in fact become
 * useless.
 */
class PlanFingerprintTest {
  private static final Schema CLICKS =
      Schema.builder()
          .required("user_id", Type.STRING)
          .nullable("page_url", Type.STRING)
          .nullable("price", Type.decimal(10, 2))
          .build();
  private static final Node.Input STREAM =
      new Node.Input("clicks", Node.InputKind.STREAM, CLICKS, List.of());
  private static final Node.Input TABLE =
      new Node.Input("users", Node.InputKind.KEYED_TABLE, CLICKS, List.of("user_id"));
  private static final Expr USER = new Expr.Column("user_id");
  private static final Expr PAGE = new Expr.Column("page_url");
  private static final Expr PRICE = new Expr.Column("price");

  private static AggregateCall count(@Nullable Expr operand) {
    return new AggregateCall(AggregateFunction.COUNT, operand, null, false, null);
  }

  @Test
  void canonicalTextsArePinned() {
    assertThat(new Canonical("column").name("a \"b\" \\ \u00e9\ud83d\ude00\n"))
        .hasToString("1 column \"a \\u0022b\\u0022 \\u005c \\u00e9\\ud83d\\ude00\\u000a\"");
    assertThat(new Canonical("x").schema(CLICKS).names(List.of("a", "b")))
        .hasToString(
            "1 x [ \"user_id\" string not-null \"page_url\" string null \"price\" decimal(10,2)"
                + " null ] [ \"a\" \"b\" ]");
    assertThat(new Canonical("x").call(count(USER).distinct().where(PAGE.isNull()).as("n")))
        .hasToString(
            "1 x COUNT distinct " + USER.identity() + " " + PAGE.isNull().identity() + " \"n\"");
    assertThat(new Canonical("x").call(count(null).as("n"))).hasToString("1 x COUNT all - - \"n\"");
  }

  @Test
  void literalsArePinned() {
    assertThat(literal(Type.BOOLEAN, true)).isEqualTo("1 boolean true");
    assertThat(literal(Type.INT, -7)).isEqualTo("1 int -7");
    assertThat(literal(Type.LONG, Long.MIN_VALUE)).isEqualTo("1 long -9223372036854775808");
    assertThat(literal(Type.FLOAT, 0.1f)).isEqualTo("1 float 3dcccccd");
    assertThat(literal(Type.DOUBLE, 0.1)).isEqualTo("1 double 3fb999999999999a");
    assertThat(literal(Type.DOUBLE, -0.0)).isEqualTo("1 double 8000000000000000");
    assertThat(literal(Type.DOUBLE, Double.longBitsToDouble(0xfff8000000000001L)))
        .isEqualTo("1 double 7ff8000000000000");
    assertThat(literal(Type.decimal(9, 2), new BigDecimal("-1.50")))
        .isEqualTo("1 decimal(9,2) -150:2");
    assertThat(literal(Type.STRING, "it's")).isEqualTo("1 string \"it's\"");
    assertThat(literal(Type.STRING, null)).isEqualTo("1 string null");
    assertThat(literal(Type.STRING, "null")).isEqualTo("1 string \"null\"");
    assertThat(literal(Type.INSTANT, Instant.ofEpochSecond(-1, 5000)))
        .isEqualTo("1 instant -1:5000");
    assertThat(literal(Type.DATE, LocalDate.of(1970, 1, 3))).isEqualTo("1 date 2");
    assertThat(literal(Type.DURATION, Duration.ofMillis(-1))).isEqualTo("1 duration -1:999000000");
    assertThat(literal(Type.BYTES, new byte[] {1, -1})).isEqualTo("1 bytes x01ff");
    assertThat(literal(Type.array(Type.array(Type.INT)), List.of(List.of(1, 2), List.of())))
        .isEqualTo("1 array<array<int>> [ [ 1 2 ] [ ] ]");
  }

  private static String literal(Type type, @Nullable Object value) {
    Canonical text = new Canonical("literal").type(type).value(type, value);
    assertThat(new Expr.Literal(value, type).identity()).isEqualTo(text.fingerprint());
    return text.toString().replace("literal ", "");
  }

  @Test
  void aFingerprintIsTheBeginningOfASha256() throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest("1 column \"user_id\"".getBytes(StandardCharsets.UTF_8));
    assertThat(USER.identity())
        .hasToString(HexFormat.of().formatHex(Arrays.copyOf(digest, 16)))
        .isEqualTo(Fingerprint.parse(USER.identity().toString()));
    assertThatIllegalArgumentException().isThrownBy(() -> Fingerprint.parse("12ab"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fingerprint.parse("0123456789ABCDEF0123456789ABCDEF"));
  }

  /** One of every kind of relation and expression, every operation, and every aggregate. */
  private static Map<String, Fingerprint> everyThing() {
    Map<String, Fingerprint> all = new LinkedHashMap<>();
    all.put("stream", STREAM.fingerprint());
    all.put("table", TABLE.fingerprint());
    Node filter = Node.Filter.of(STREAM, PRICE.gt(1).and(PAGE.like("/p%")));
    all.put("filter", filter.fingerprint());
    all.put(
        "select", Node.Project.of(filter, List.of(USER.as("user"), PRICE.as("p"))).fingerprint());
    for (AggregateFunction function : AggregateFunction.values()) {
      all.put(
          "aggregate " + function,
          Node.Aggregate.of(filter, List.of("user_id"), List.of(call(function))).fingerprint());
    }
    for (SortKey key :
        List.of(
            new SortKey("price", false),
            new SortKey("price", false).nullsFirst(),
            new SortKey("price", true),
            new SortKey("price", true).nullsLast())) {
      AggregateCall last = new AggregateCall(AggregateFunction.LAST, PAGE, null, false, "a");
      all.put(
          "aggregate by " + key,
          Node.Aggregate.of(filter, List.of(), List.of(last.orderBy(key))).fingerprint());
    }
    Node count = Node.Aggregate.of(STREAM, List.of(), List.of(count(null).as("n")));
    all.put("aggregate of all rows", count.fingerprint());
    all.put("union", Node.Union.of(List.of(STREAM, TABLE)).fingerprint());
    all.put("distinct", Distinct.of(STREAM).fingerprint());
    for (SetOperation.Kind kind : SetOperation.Kind.values()) {
      all.put(kind.sign(), SetOperation.of(kind, STREAM, TABLE).fingerprint());
    }
    Node arrays =
        Node.Project.of(
            STREAM, List.of(new Expr.Literal(List.of(1), Type.array(Type.INT)).as("a")));
    Elements elements = new Elements("a", "e", null, false);
    all.put("unnest", Unnest.of(arrays, elements).fingerprint());
    all.put("unnest outer", Unnest.of(arrays, elements.outer()).fingerprint());
    all.put("unnest numbered", Unnest.of(arrays, elements.numbered("n")).fingerprint());
    List<SortKey> order = List.of(new SortKey("price", true), new SortKey("user_id", false));
    all.put("top", Top.of(STREAM, List.of("page_url"), order, 2, 10).fingerprint());
    Expr at = new Expr.Column("at");
    Expr now = new Expr.Call(Op.NOW, List.of());
    Schema times = Schema.builder().required("at", Type.INSTANT).build();
    Node timed = new Node.Input("timed", Node.InputKind.STREAM, times, List.of());
    all.put("temporal filter", ClockRules.filtered(timed, now.lt(at), 1_000_000).fingerprint());
    all.put(
        "with clock",
        ClockRules.projected(timed, List.of(now.as("now")), 1_000_000)
            .inputs()
            .get(0)
            .fingerprint());
    all.put("forget", Forget.of(timed, 2_000_000, 1_000_000).fingerprint());
    all.put(
        "forgetting table", TABLE.forgetting(new Forgetting(2_000_000, 1_000_000)).fingerprint());
    all.put("top of all", Top.of(STREAM, List.of(), order, 0, 1).fingerprint());
    OverCall number = new OverCall(OverFunction.ROW_NUMBER, null, 0, Frame.all(), "n");
    OverCall lag = new OverCall(OverFunction.LAG, PAGE, 2, Frame.all(), "l");
    OverCall sum = new OverCall(OverFunction.SUM, PRICE, 0, Frame.rows(3, 0), "s");
    Node over = Over.of(STREAM, List.of("page_url"), order, List.of(number, lag, sum));
    all.put("over", over.fingerprint());
    Node numbered = Over.of(STREAM, List.of(), order, List.of(number));
    Node limited = Over.filtered(numbered, new Expr.Column("n").le(5)).inputs().get(0);
    all.put("over up to a number", limited.fingerprint());
    addSessions(all);
    addJoins(all);
    all.put("view without key", new ViewDefinition("all", STREAM, "audit").fingerprint());
    all.put("view of one row", new ViewDefinition("n", count, null).fingerprint());
    all.put("view with key", new ViewDefinition("users", TABLE, null).fingerprint());
    for (Op op : Op.values()) {
      List<Expr> arguments = new ArrayList<>();
      for (int i = 0; i < op.minArguments(); i++) {
        arguments.add(i == 0 ? USER : Expr.of(i));
      }
      all.put("call " + op, new Expr.Call(op, arguments).identity());
    }
    List<Expr.When> whens = List.of(new Expr.When(PAGE.isNull(), USER));
    all.put("case", new Expr.Case(whens, null).identity());
    all.put("case with else", new Expr.Case(whens, PAGE).identity());
    all.put("cast", USER.cast(Type.array(Type.LONG)).identity());
    all.put("user call", new Expr.UserCall("f", Type.LONG, a -> null, List.of(USER)).identity());
    addWindows(all);
    return all;
  }

  private static void addWindows(Map<String, Fingerprint> all) {
    Schema events =
        Schema.builder().required("user_id", Type.STRING).nullable("at", Type.INSTANT).build();
    EventTimeBounds bounds = EventTimeBounds.outOfOrderBy(Duration.ofMinutes(5));
    Node stream =
        new Node.Input("events", Node.InputKind.STREAM, events, List.of())
            .withEventTime(new EventTime("at", bounds));
    all.put("stream with event time", stream.fingerprint());
    Duration ten = Duration.ofMinutes(10);
    Duration five = Duration.ofMinutes(5);
    for (TimeWindow window :
        List.of(
            TimeWindow.tumbling(ten),
            TimeWindow.hopping(ten, five),
            TimeWindow.cumulating(ten, five))) {
      all.put("window " + window.kind().word(), Windowed.of(stream, window, "at").fingerprint());
    }
    TimeWindow days =
        TimeWindow.tumbling(Duration.ofDays(1))
            .offset(Duration.ofHours(-1))
            .in(ZoneId.of("Europe/Berlin"));
    all.put("window of days", Windowed.of(stream, days, "at").fingerprint());
    all.put(
        "closing aggregate",
        ClosingAggregate.of(
                Windowed.of(stream, TimeWindow.tumbling(ten), "at"),
                List.of("window_end"),
                List.of(count(null).as("n")),
                Duration.ofMinutes(1))
            .fingerprint());
    for (Join.Kind kind : Join.Kind.values()) {
      all.put("closing join " + kind, closingJoin(stream, kind, five, null).fingerprint());
    }
    Expr condition = USER.ge(new Expr.Column("user_id"));
    all.put(
        "closing join with condition",
        closingJoin(stream, Join.Kind.SEMI, five, condition).fingerprint());
  }

  private static Node closingJoin(
      Node stream, Join.Kind kind, Duration after, @Nullable Expr condition) {
    Node right =
        Node.Project.of(stream, List.of(USER.as("user_id"), new Expr.Column("at").as("r_at")));
    return ClosingJoin.of(
        stream,
        right,
        kind,
        new JoinKeys(List.of("user_id"), List.of("user_id"), false),
        new ClosingJoin.Matching(
            new TimeRange("at", "r_at", Duration.ZERO, after), condition, Duration.ZERO, null));
  }

  @Test
  void whatDecidesWhatAClosingJoinKeepsCounts() {
    Schema events =
        Schema.builder().required("user_id", Type.STRING).nullable("at", Type.INSTANT).build();
    Node.Input plain = new Node.Input("events", Node.InputKind.STREAM, events, List.of());
    EventTimeBounds bounds = EventTimeBounds.outOfOrderBy(Duration.ofMinutes(5));
    Node one = plain.withEventTime(new EventTime("at", bounds));
    Node idle = plain.withEventTime(new EventTime("at", bounds.idleAfter(Duration.ofHours(1))));
    Duration five = Duration.ofMinutes(5);
    Fingerprint inner = closingJoin(one, Join.Kind.INNER, five, null).fingerprint();
    assertThat(inner)
        .isEqualTo(closingJoin(one, Join.Kind.INNER, five, null).fingerprint())
        .isNotEqualTo(closingJoin(idle, Join.Kind.INNER, five, null).fingerprint())
        .isNotEqualTo(closingJoin(one, Join.Kind.INNER, Duration.ZERO, null).fingerprint())
        .isNotEqualTo(closingJoin(one, Join.Kind.INNER, five, USER.isNotNull()).fingerprint());
  }

  @Test
  void boundsOfEventTimeCountOnlyWhereWindowsClose() {
    Schema events = Schema.builder().nullable("at", Type.INSTANT).build();
    Node.Input plain = new Node.Input("events", Node.InputKind.STREAM, events, List.of());
    EventTimeBounds bounds = EventTimeBounds.outOfOrderBy(Duration.ofMinutes(5));
    Node one = plain.withEventTime(new EventTime("at", bounds));
    Node idle = plain.withEventTime(new EventTime("at", bounds.idleAfter(Duration.ofHours(1))));
    Node ahead = plain.withEventTime(new EventTime("at", bounds.atMostAhead(Duration.ofHours(1))));
    assertThat(one.fingerprint())
        .isEqualTo(idle.fingerprint())
        .isNotEqualTo(plain.fingerprint())
        .isNotEqualTo(ahead.fingerprint());
    assertThat(closing(one)).isNotEqualTo(closing(idle));
  }

  private static Fingerprint closing(Node stream) {
    Node windowed = Windowed.of(stream, TimeWindow.tumbling(Duration.ofMinutes(1)), "at");
    return ClosingAggregate.of(windowed, List.of("window_end"), List.of(), Duration.ZERO)
        .fingerprint();
  }

  @Test
  void boundsOfEventTimeCountWhereSessionsClose() {
    Schema events =
        Schema.builder().required("user_id", Type.STRING).nullable("at", Type.INSTANT).build();
    Node.Input plain = new Node.Input("events", Node.InputKind.STREAM, events, List.of());
    EventTimeBounds bounds = EventTimeBounds.outOfOrderBy(Duration.ofMinutes(5));
    Node one = plain.withEventTime(new EventTime("at", bounds));
    Node idle = plain.withEventTime(new EventTime("at", bounds.idleAfter(Duration.ofHours(1))));
    Sessions sessions =
        new Sessions(new SessionWindow(Duration.ofMinutes(30)), "at", List.of("user_id"));
    ClosingSessions closing = ClosingSessions.of(one, sessions, List.of(), Duration.ZERO);
    assertThat(closing.fingerprint())
        .isNotEqualTo(ClosingSessions.of(idle, sessions, List.of(), Duration.ZERO).fingerprint())
        .isNotEqualTo(
            ClosingSessions.of(one, sessions, List.of(), Duration.ofMinutes(1)).fingerprint())
        .isNotEqualTo(closing.live().fingerprint());
    assertThat(closing.fingerprint())
        .isEqualTo(ClosingSessions.of(one, sessions, List.of(), Duration.ZERO).fingerprint());
  }

  private static void addSessions(Map<String, Fingerprint> all) {
    Schema schema =
        Schema.builder().required("user_id", Type.STRING).nullable("at", Type.INSTANT).build();
    Node visits = new Node.Input("visits", Node.InputKind.STREAM, schema, List.of());
    SessionWindow gap = new SessionWindow(Duration.ofMinutes(30));
    Sessions ofUsers = new Sessions(gap, "at", List.of("user_id"));
    List<SessionColumn> columns = new ArrayList<>();
    for (SessionColumn.Kind kind : SessionColumn.Kind.values()) {
      columns.add(new SessionColumn(kind));
      all.put(
          "sessionize " + kind,
          Sessionize.of(visits, ofUsers, List.of(new SessionColumn(kind))).fingerprint());
    }
    Sessions ofAll = new Sessions(gap, "at", List.of());
    all.put("sessionize of all rows", Sessionize.of(visits, ofAll, columns).fingerprint());
    List<AggregateCall> counted = List.of(count(null).as("n"));
    all.put("sessions", SessionAggregate.of(visits, ofUsers, counted).fingerprint());
    all.put("sessions of all rows", SessionAggregate.of(visits, ofAll, List.of()).fingerprint());
    AggregateCall distinct = count(new Expr.Column("at")).distinct().as("n");
    all.put(
        "sessions of kept rows",
        SessionAggregate.of(visits, ofUsers, List.of(distinct)).fingerprint());
  }

  /** An aggregate of a function. */
  private static AggregateCall call(AggregateFunction function) {
    Expr operand =
        switch (function) {
          case BOOL_OR, BOOL_AND -> PAGE.isNull();
          case STRING_AGG -> PAGE;
          case BIT_AND, BIT_OR, BIT_XOR -> PAGE.length();
          default -> PRICE;
        };
    List<Expr> others = function.name().startsWith("COVAR") ? List.of(PRICE) : List.of();
    boolean isEdge = function == AggregateFunction.FIRST || function == AggregateFunction.LAST;
    Object constant =
        switch (function) {
          case STRING_AGG -> ", ";
          case PERCENTILE_DISC, PERCENTILE_CONT -> 0.9;
          default -> null;
        };
    AggregateArguments arguments =
        new AggregateArguments(
            others,
            isEdge ? List.of(new SortKey("price", true)) : List.of(),
            constant,
            function == AggregateFunction.USER
                ? new NamedAggregate("spread", Type.LONG, new Spread())
                : null);
    boolean isDistinct = function.takesDistinct();
    return new AggregateCall(function, operand, USER.ne("x"), isDistinct, "a", arguments);
  }

  /** An aggregate of a user's, which is its name and type here. */
  private static final class Spread implements UserAggregate<Long> {
    @Override
    public Long empty() {
      return 0L;
    }

    @Override
    public Long add(Long state, List<Object> values, long times) {
      return state + times;
    }

    @Override
    public Object result(Long state) {
      return state;
    }

    @Override
    public byte[] write(Long state) {
      return state.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Long read(byte[] bytes) {
      return Long.valueOf(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  private static void addJoins(Map<String, Fingerprint> all) {
    Node users =
        Node.Project.of(TABLE, List.of(USER.as("u_id"), PAGE.as("u_page"), PRICE.as("u_price")));
    Join.Accepted accepted = new Join.Accepted("audit", "audit", "audit");
    JoinKeys keys = new JoinKeys(List.of("user_id"), List.of("u_id"), false);
    for (Join.Kind kind : Join.Kind.values()) {
      all.put("join " + kind, Join.of(STREAM, users, kind, keys, null, accepted).fingerprint());
    }
    all.put(
        "join with condition and nulls",
        Join.of(
                STREAM,
                users,
                Join.Kind.LEFT,
                new JoinKeys(List.of("page_url"), List.of("u_page"), true),
                PRICE.lt(new Expr.Column("u_price")),
                accepted)
            .fingerprint());
    all.put(
        "join without keys",
        Join.of(STREAM, users, Join.Kind.INNER, JoinKeys.none(), null, accepted).fingerprint());
    all.put("lookup", LookupJoin.of(STREAM, users, keys, null).fingerprint());
    Schema versions =
        Schema.builder().required("v_user", Type.STRING).required("v_since", Type.INSTANT).build();
    Schema events =
        Schema.builder().required("user_id", Type.STRING).nullable("at", Type.INSTANT).build();
    all.put(
        "as-of join",
        AsOfJoin.of(
                new Node.Input("events", Node.InputKind.STREAM, events, List.of()),
                new Node.Input("versions", Node.InputKind.KEYED_TABLE, versions, versions.names()),
                new JoinKeys(List.of("user_id"), List.of("v_user"), false),
                new AsOfJoin.Times("at", "v_since"),
                accepted)
            .fingerprint());
  }

  /** Lines may be added to the file; a line that is there must not change. */
  @Test
  void fingerprintsArePinned() throws IOException {
    Map<String, Fingerprint> all = everyThing();
    assertThat(all.values()).doesNotHaveDuplicates();
    List<String> lines = new ArrayList<>();
    all.forEach((name, fingerprint) -> lines.add(fingerprint + " " + name));
    try (InputStream pinned =
        Objects.requireNonNull(getClass().getResourceAsStream("fingerprints.txt"))) {
      assertThat(new String(pinned.readAllBytes(), StandardCharsets.UTF_8).lines())
          .containsExactlyElementsOf(lines);
    }
  }

  /** The whole way once by hand. */
  @Test
  void theFingerprintOfAStreamIsMadeInThreeSteps() {
    Fingerprint step = Fingerprint.of("1 input \"clicks\" STREAM [ ]");
    Fingerprint lineage = Fingerprint.of("1 lineage " + step);
    Fingerprint state =
        Fingerprint.of(
            "1 state "
                + lineage
                + " [ \"user_id\" string not-null \"page_url\" string null \"price\""
                + " decimal(10,2) null ]");
    assertThat(STREAM.fingerprint()).isEqualTo(state);
  }

  @Test
  void namesForPeopleAndReasonsDoNotCount() {
    Node named = new Node.Named(STREAM, "clicks of today");
    Node plain = Distinct.of(STREAM);
    assertThat(named.fingerprint()).isEqualTo(STREAM.fingerprint());
    assertThat(named).isNotEqualTo(STREAM).isNotEqualTo(new Node.Named(STREAM, "other"));
    assertThat(Distinct.of(named)).isEqualTo(plain);
    assertThat(Distinct.of(named).fingerprint()).isEqualTo(plain.fingerprint());
    assertThat(new ViewDefinition("v", named, "why").fingerprint())
        .isEqualTo(new ViewDefinition("v", STREAM, "why not").fingerprint())
        .isNotEqualTo(new ViewDefinition("w", STREAM, "why").fingerprint());
  }

  @Test
  void aUserFunctionIsItsNameAndTypes() {
    Expr f = new Expr.UserCall("f", Type.LONG, a -> 1L, List.of(USER));
    assertThat(f.identity())
        .isEqualTo(new Expr.UserCall("f", Type.LONG, a -> 2L, List.of(USER)).identity())
        .isNotEqualTo(new Expr.UserCall("f2", Type.LONG, a -> 1L, List.of(USER)).identity())
        .isNotEqualTo(new Expr.UserCall("f", Type.INT, a -> 1, List.of(USER)).identity())
        .isNotEqualTo(new Expr.UserCall("f", Type.LONG, a -> 1L, List.of(PAGE)).identity());
  }

  @Test
  void columnsThatAreNotReadDoNotCountButForWhatHoldsThem() {
    Schema more =
        Schema.builder()
            .nullable("referrer", Type.STRING)
            .required("user_id", Type.STRING)
            .nullable("page_url", Type.STRING)
            .nullable("price", Type.decimal(12, 2))
            .build();
    Node stream = new Node.Input("clicks", Node.InputKind.STREAM, more, List.of());
    assertThat(stream.fingerprint()).isNotEqualTo(STREAM.fingerprint());
    assertThat(byUser(stream, count(PAGE)).fingerprint())
        .isEqualTo(byUser(STREAM, count(PAGE)).fingerprint());
    assertThat(byUser(stream, count(PAGE))).isNotEqualTo(byUser(STREAM, count(PAGE)));
    // The type of a column that it reads has changed.
    assertThat(byUser(stream, count(PRICE)).fingerprint())
        .isNotEqualTo(byUser(STREAM, count(PRICE)).fingerprint());
    assertThat(Distinct.of(stream).fingerprint()).isNotEqualTo(Distinct.of(STREAM).fingerprint());
    assertThat(new ViewDefinition("v", stream, "audit").fingerprint())
        .isNotEqualTo(new ViewDefinition("v", STREAM, "audit").fingerprint());
  }

  private static Node byUser(Node input, AggregateCall call) {
    return Node.Aggregate.of(
        Node.Filter.of(input, PAGE.isNotNull()), List.of("user_id"), List.of(call.as("n")));
  }

  @Test
  void aLiteralKeepsItsOwnCopy() {
    byte[] bytes = {1, 2};
    List<Object> list = new ArrayList<>(List.of(bytes));
    Expr.Literal literal = new Expr.Literal(list, Type.array(Type.BYTES));
    Fingerprint before = literal.identity();
    bytes[0] = 9;
    list.add(bytes);
    assertThat(literal).isEqualTo(new Expr.Literal(literal.value(), literal.type()));
    assertThat(literal.identity()).isEqualTo(before);
    assertThat(literal).hasToString("[x'0102']");
  }
}
