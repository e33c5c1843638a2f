package dev.leat.engine;

import dev.leat.engine.internal.exec.Appender;
import dev.leat.engine.internal.exec.Checkpoints;
import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.internal.exec.SinkFacts;
import dev.leat.engine.internal.exec.Sinks;
import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.WaitTime;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.log.InMemoryLog;
import dev.leat.engine.plan.Explain;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Runs a pipeline in this program: takes rows, keeps them in a log, and keeps the pipeline's views
 * exactly right.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(Path.of("data"), pipeline)) {
 *   Position at = engine.stream("clicks", Click.class).append(click);
 *   View<PageViews> views = engine.view("page_views", PageViews.class);
 *   views.await(at).get("/home");
 * }
 * }</pre>
 *
 * <p>All methods may be called by any thread. Several engines may run in one program, each with a
 * directory of its own.
 */
public final class Engine implements AutoCloseable {
  /** The log goes when the older of two checkpoints has passed it, so two must fit well. */
  private static final int CHECKPOINTS_IN_BUDGET = 8;

  private final EngineRuntime runtime;
  private final Appender appender;

  private Engine(EngineRuntime runtime) {
    this.runtime = runtime;
    this.appender = new Appender(runtime);
  }

  /**
   * Opens an engine whose log is in a directory, which is made if need be; brings the views to the
   * end of the log, from the newest checkpoint on if there is one.
   *
   * <p>If the pipeline was changed since, the parts that are as they were go on with their state,
   * and views that the checkpoint does not have are built from the log while the others go on, see
   * {@link #backfill}. Only if it has none of the pipeline's views, all are built before this
   * returns. {@link #planDiff} says beforehand what will become of what.
   *
   * @throws EngineException UNAVAILABLE if another process has the directory; CORRUPT if the log is
   *     damaged, or no checkpoint is sound and the log no longer reaches back to its beginning;
   *     INVALID if the log's rows do not fit the pipeline, or it has views that are not in a
   *     checkpoint and the log no longer reaches back to build them (see {@link
   *     EngineSettings#withStartEmpty}), or the JVM lacks the flags that the log needs: the message
   *     has them
   */
  public static Engine open(Path directory, Pipeline pipeline) {
    return open(directory, pipeline, EngineSettings.defaults());
  }

  /**
   * What opening a directory with a pipeline would keep, build from the log, build again, drop and
   * refuse; it prints as text. It only reads, and takes no lock, so an engine may have the
   * directory open: then it tells of the newest checkpoint, which may be older than what the engine
   * has by now. It does not look at rows that came in after that, and does not ask sinks where they
   * are. Without a checkpoint everything is built.
   *
   * @throws EngineException CORRUPT if a checkpoint that it looks at, or what says which log it is
   *     of, is damaged; INVALID if this can be no directory of an engine; UNAVAILABLE if something
   *     cannot be read, or was replaced meanwhile: try again
   */
  public static PlanDiff planDiff(Path directory, Pipeline pipeline) {
    return planDiff(directory, pipeline, SystemIo.INSTANCE);
  }

  static PlanDiff planDiff(Path directory, Pipeline pipeline, Io io) {
    return DataDirectory.of(directory, io).diff(pipeline.plan());
  }

  /** Opens an engine whose log is in a directory, with settings. */
  public static Engine open(Path directory, Pipeline pipeline, EngineSettings settings) {
    return open(directory, pipeline, settings, progress -> {});
  }

  /**
   * Opens an engine whose log is in a directory, with settings.
   *
   * @param progress is told where the replay begins, and each position that it comes to
   */
  public static Engine open(
      Path directory, Pipeline pipeline, EngineSettings settings, Consumer<OpenProgress> progress) {
    return open(
        directory, pipeline, settings, progress, SystemIo.INSTANCE, new SecureRandom().nextLong());
  }

  /**
   * The same with other files; the test kit calls it, by reflection, as {@link Io} is no API.
   *
   * @param hashSeed of the hashes; no result depends on it
   */
  static Engine open(
      Path directory,
      Pipeline pipeline,
      EngineSettings settings,
      Consumer<OpenProgress> progress,
      Io io,
      long hashSeed) {
    DataDirectory data = DataDirectory.of(directory, io);
    EventLog log = data.log(settings);
    Checkpoints checkpoints =
        new Checkpoints(
            data.checkpoints(settings.minFreeBytes()),
            io,
            settings.checkpoints().interval().toNanos(),
            Math.min(
                settings.checkpoints().logBytes(),
                settings.retention().maxBytes() / CHECKPOINTS_IN_BUDGET));
    return start(
        log,
        progress,
        () -> sinks(pipeline, settings, log.id()),
        sinks ->
            new EngineRuntime(
                pipeline.plan(),
                settings.runtime(sinks),
                log,
                () -> micros(settings.clock()),
                hashSeed,
                Optional.of(checkpoints)));
  }

  /**
   * Starts an engine that keeps everything in memory: for tests, and where the rows can be had
   * again. It needs no JVM flags.
   */
  public static Engine inMemory(Pipeline pipeline) {
    return inMemory(pipeline, EngineSettings.defaults());
  }

  /** Starts an engine that keeps everything in memory, with settings. */
  public static Engine inMemory(Pipeline pipeline, EngineSettings settings) {
    EventLog log = new InMemoryLog();
    long hashSeed = new SecureRandom().nextLong();
    return start(
        log,
        progress -> {},
        () -> sinks(pipeline, settings, log.id()),
        sinks ->
            new EngineRuntime(
                pipeline.plan(),
                settings.runtime(sinks),
                log,
                () -> micros(settings.clock()),
                hashSeed,
                Optional.empty()));
  }

  private static Engine start(
      EventLog log,
      Consumer<OpenProgress> progress,
      Supplier<Sinks> openingSinks,
      Function<Sinks, EngineRuntime> making) {
    boolean done = false;
    Sinks sinks = Sinks.none();
    try {
      sinks = openingSinks.get();
      EngineRuntime runtime = making.apply(sinks);
      runtime.start(
          (position, last) ->
              progress.accept(new OpenProgress(new Position(position), new Position(last))));
      done = true;
      return new Engine(runtime);
    } finally {
      if (!done) {
        sinks.close();
        log.close();
      }
    }
  }

  /** The sinks of a pipeline, which the runtime opens. */
  private static Sinks sinks(Pipeline pipeline, EngineSettings settings, UUID log) {
    if (pipeline.sinks().isEmpty()) {
      return Sinks.none();
    }
    Sinks.Run run = new Sinks.Run(log.toString(), UUID.randomUUID().toString(), nanos(settings));
    for (ViewDefinition view : pipeline.plan().views()) {
      SinkBinding sink = pipeline.sinks().get(view.name());
      if (view.isSink() && sink != null) {
        run.add(view, sink, sink.rules());
      }
    }
    return run.sinks();
  }

  /** Where the host steps, time is what its clock says. */
  private static LongSupplier nanos(EngineSettings settings) {
    return settings.threading() == Threading.OWN_THREAD
        ? System::nanoTime
        : () -> TimeUnit.MICROSECONDS.toNanos(micros(settings.clock()));
  }

  private static long micros(Clock clock) {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1000;
  }

  private Node.Input input(String name, Node.InputKind kind, String right) {
    Node.Input input = runtime.plan().input(name);
    if (input.kind() != kind) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          input.describe()
              + " is a "
              + input.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ')
              + ": write to it with engine."
              + right(input.kind())
              + "(...), not with engine."
              + right
              + "(...)");
    }
    return input;
  }

  private static String right(Node.InputKind kind) {
    return switch (kind) {
      case STREAM -> "stream";
      case KEYED_TABLE -> "table";
      case KEYLESS_TABLE -> "keylessTable";
    };
  }

  private static <T extends Record> RowMapping<T> mapping(Node.Input input, Class<T> record) {
    RecordMapping<T> mapping = RecordMapping.of(record);
    Schema wanted = input.schema();
    if (!wanted.names().equals(mapping.schema().names()) || !sameTypes(wanted, mapping.schema())) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          input.describe()
              + " has the columns "
              + wanted
              + ", the record "
              + record.getSimpleName()
              + " has "
              + mapping.schema()
              + ": use the record that it was declared with");
    }
    return mapping.withSchema(wanted);
  }

  private static boolean sameTypes(Schema a, Schema b) {
    for (int c = 0; c < a.size(); c++) {
      if (!a.field(c).type().equals(b.field(c).type())) {
        return false;
      }
    }
    return true;
  }

  static <T extends Record> RowMapping<T> mapping(ViewHandle view, Class<T> record) {
    RecordMapping<T> mapping = RecordMapping.of(record);
    return mapping.reading(view.schema(), "view '" + view.name() + "'");
  }

  /**
   * Where rows are appended to a stream.
   *
   * @throws EngineException if there is no such stream, or the record does not fit it
   */
  public <T extends Record> StreamInput<T> stream(String name, Class<T> record) {
    Node.Input input = input(name, Node.InputKind.STREAM, "stream");
    return new StreamInput<>(input, mapping(input, record), appender);
  }

  /** Where rows are appended to a stream, as {@link Row}s. */
  public StreamInput<Row> stream(String name) {
    Node.Input input = input(name, Node.InputKind.STREAM, "stream");
    return new StreamInput<>(input, RowMapping.ofRows(input.schema()), appender);
  }

  /** Where rows are put into a table with a key. */
  public <T extends Record> TableInput<T> table(String name, Class<T> record) {
    Node.Input input = input(name, Node.InputKind.KEYED_TABLE, "table");
    return new TableInput<>(input, mapping(input, record), appender);
  }

  /** Where rows are put into a table with a key, as {@link Row}s. */
  public TableInput<Row> table(String name) {
    Node.Input input = input(name, Node.InputKind.KEYED_TABLE, "table");
    return new TableInput<>(input, RowMapping.ofRows(input.schema()), appender);
  }

  /** Where rows are inserted into a table without a key. */
  public <T extends Record> KeylessTableInput<T> keylessTable(String name, Class<T> record) {
    Node.Input input = input(name, Node.InputKind.KEYLESS_TABLE, "keylessTable");
    return new KeylessTableInput<>(input, mapping(input, record), appender);
  }

  /** Where rows are inserted into a table without a key, as {@link Row}s. */
  public KeylessTableInput<Row> keylessTable(String name) {
    Node.Input input = input(name, Node.InputKind.KEYLESS_TABLE, "keylessTable");
    return new KeylessTableInput<>(input, RowMapping.ofRows(input.schema()), appender);
  }

  /** Where NDJSON is appended to any input. */
  public NdjsonInput ndjson(String name) {
    return new NdjsonInput(runtime.plan().input(name), appender);
  }

  /**
   * Writes to several inputs, seen by readers all at once, and waits until it is acknowledged. If
   * the writer throws, nothing is written.
   *
   * @return the position; if nothing is written, the one that the views are at
   */
  public Position append(Consumer<Transaction> writer) {
    return new Position(appender.append(rows -> writer.accept(new Transaction(rows))));
  }

  /**
   * Writes to several inputs, seen by readers all at once, unless the producer has written it
   * before, and waits until it is acknowledged. If the writer throws, nothing is written; if it
   * writes nothing, the number is not used up. A repetition is acknowledged when the first is, and
   * fails if that fails: then it can be sent again.
   *
   * @param sequence who writes, and which append of its this is
   * @param writer is not called for a repetition
   */
  public Appended append(ProducerSequence sequence, Consumer<Transaction> writer) {
    return append(appender, sequence, () -> rows -> writer.accept(new Transaction(rows)));
  }

  /**
   * The number of the last append of a producer, see {@link ProducerSequence}: from where one goes
   * on that can read its rows again. Empty if the producer is not known.
   */
  public OptionalLong lastNumber(String producer) {
    return appender.lastNumber(Objects.requireNonNull(producer, "producer"));
  }

  static Appended append(
      Appender appender, ProducerSequence sequence, Supplier<Consumer<Appender.Rows>> prepare) {
    Appender.Outcome outcome = appender.append(sequence.producer(), sequence.number(), prepare);
    return new Appended(new Position(outcome.position()), outcome.isDuplicate());
  }

  /**
   * A view, as records.
   *
   * @throws EngineException if there is no such view, or its columns are not the record's
   */
  public <T extends Record> View<T> view(String name, Class<T> record) {
    ViewHandle handle = runtime.view(name);
    return new View<>(runtime, handle, mapping(handle, record));
  }

  /** A view, as {@link Row}s. */
  public View<Row> view(String name) {
    ViewHandle handle = runtime.view(name);
    return new View<>(runtime, handle, RowMapping.ofRows(handle.schema()));
  }

  /** The rows that are in no view, and why: the latest {@link EngineSettings#ledgerRows}. */
  public View<LedgerEntry> ledger() {
    return view(Plan.LEDGER, LedgerEntry.class);
  }

  /**
   * How many rows each input brought since the engine's log began, by input; also while the
   * pipeline was another one.
   */
  public Map<String, Long> acceptedRows() {
    return runtime.rowCounts().accepted();
  }

  /**
   * How many rows of each stream with {@link Relation#deduplicate} were repetitions, and left out,
   * since the engine's log began, by input. They are among {@link #acceptedRows}. Where only views
   * that started empty read the stream, it is since these started.
   */
  public Map<String, Long> duplicateRows() {
    return runtime.rowCounts().duplicates();
  }

  /**
   * How many rows were left out since the engine's log began, by source; also those no longer in
   * the ledger.
   */
  public Map<String, Long> rejectedRows() {
    return runtime.rowCounts().rejected();
  }

  /**
   * About how many bytes of memory the state takes, by what keeps it: relations and views as {@link
   * #explain} names them, {@code "dictionary"} for strings and other wide values, which all share,
   * {@code "ledger"}, and {@code "producers"} for those that number their appends. What {@link
   * EngineSettings#stateBytes} bounds is the sum. It counts what is there: memory that deletions
   * left free is used again, and is not counted until then; nor are epochs on their way, snapshots
   * that readers keep, and what waits for subscribers.
   */
  public Map<String, Long> stateBytes() {
    return runtime.stateBytes();
  }

  /**
   * How far the views have come that are new to the engine's directory and are being built from the
   * log, while the others are read and rows are taken in; empty if there are none. A view with the
   * name of an earlier one and another query is new too: the earlier one is gone. Until they are
   * there, reading them and subscribing to them fails with UNAVAILABLE. They are then at the
   * position of the others, at once. If the engine is closed before, they are built from the
   * beginning when it is opened again. If they cannot be built, because the log is damaged or
   * cannot be read, they stay here, and reading them says why.
   */
  public Optional<BackfillProgress> backfill() {
    return Optional.ofNullable(runtime.building())
        .map(
            building ->
                new BackfillProgress(
                    building.views(),
                    new Position(building.position()),
                    new Position(building.target())));
  }

  /**
   * Waits until all views can be read. With {@link Threading#HOST} it steps until then.
   *
   * @return this engine
   * @throws EngineException UNAVAILABLE if the time is up; if they cannot be built, of the kind of
   *     the reason: the others go on
   */
  public Engine awaitBackfill(Duration atMost) {
    if (!runtime.waits().awaitBackfill(WaitTime.nanos(atMost))) {
      throw new EngineException(
          EngineException.Kind.UNAVAILABLE,
          "views are still being built from the log; wait longer: "
              + backfill().map(BackfillProgress::toString).orElse("they are there by now"));
    }
    return this;
  }

  /**
   * How a sink is doing.
   *
   * @throws EngineException INVALID if there is none of that name
   */
  public SinkStatus sinkStatus(String sink) {
    SinkFacts facts = runtime.sinks().facts(sink);
    return new SinkStatus(
        facts.committed() < 0 ? Optional.empty() : Optional.of(new Position(facts.committed())),
        facts.queuedRows(),
        facts.isSetAside(),
        facts.failure());
  }

  /**
   * Waits until a sink has committed everything up to a position, and hastens that.
   *
   * @return this engine
   * @throws EngineException UNAVAILABLE if the time is up, or the sink was set aside; of the kind
   *     of the reason if the sink was given up
   */
  public Engine awaitSink(String sink, Position at, Duration atMost) {
    long nanos = WaitTime.nanos(atMost);
    long deadline = System.nanoTime() + nanos;
    boolean isThere =
        runtime.waits().await(at.value(), nanos)
            && runtime.sinks().await(sink, at.value(), Math.max(0, deadline - System.nanoTime()));
    if (!isThere) {
      throw new EngineException(
          EngineException.Kind.UNAVAILABLE,
          "sink '"
              + sink
              + "' has not committed position "
              + at.value()
              + " yet; wait longer: "
              + sinkStatus(sink));
    }
    return this;
  }

  /** Reads several views at one position. */
  public <R> R read(Function<Snapshot, R> reader) {
    return reader.apply(new Snapshot(runtime, runtime.reads().all()));
  }

  /** The position that the views are at. */
  public Position position() {
    return new Position(runtime.position());
  }

  /**
   * The position up to which everything survives a power cut; in memory nothing does, and it is the
   * last position.
   */
  public Position syncedPosition() {
    return new Position(runtime.syncedPosition());
  }

  /**
   * Takes a checkpoint of what is in the views now, and waits until it is durable; if the newest
   * one already has that, none. Unasked they are taken as the settings say, and when the engine is
   * closed. Rows are taken in meanwhile.
   *
   * @return its position: opening the engine again replays only what comes after
   * @throws EngineException FULL or UNAVAILABLE if it cannot be written now, and the engine goes on
   *     without; INVALID if the engine is in memory
   */
  public Position checkpoint() {
    return new Position(runtime.checkpoint());
  }

  /**
   * What is known of the engine's checkpoints.
   *
   * @throws EngineException INVALID if the engine is in memory
   */
  public CheckpointStatus checkpointStatus() {
    return CheckpointStatus.of(runtime.checkpointFacts());
  }

  /**
   * Why a view of windows that close shows nothing new, in a sentence for each cause: which window
   * closes next and what it waits for, which stream holds the watermark back, its greatest event
   * time, when its last row came, and whether it is idle. Empty for a view that waits for nothing,
   * as it is made of no such windows: it shows all that came in up to {@link #position}.
   *
   * @throws EngineException if there is no such view; the message names the nearest
   */
  public List<String> whyStalled(String view) {
    return runtime.reads().whyStalled(view);
  }

  /**
   * Has the next epoch say that the engine was opened now. Opening does it; the test kit does, by
   * reflection, for an engine that stands for one that was opened again.
   */
  void noteOpening() {
    runtime.noteOpening();
  }

  /**
   * Takes the rows that are waiting through the engine, as one epoch; for {@link Threading#HOST}.
   * If views are being built from the log, some more of it is then taken through these, also if no
   * rows are waiting.
   *
   * @return how many there were; 0 if none
   */
  public int step() {
    return runtime.step();
  }

  /** What the pipeline computes, in words. */
  public String explain() {
    return Explain.of(runtime.plan());
  }

  /**
   * Processes what was appended before, makes the log durable, takes a last checkpoint, and lets go
   * of everything. Closing twice is harmless.
   */
  @Override
  public void close() {
    runtime.close();
  }
}
