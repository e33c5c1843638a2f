package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Retention;
import dev.leat.engine.Row;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One life of an engine, with every fault at each of its calls to the operating system, once or
 * from there on; then two faults at random. Each time the engine gives the right answer, or says
 * clearly what failed, and then, on a disk that works again, has all that it acknowledged. {@code
 * mvn verify -Pfaults -Dfaults=N} has N cases; a build has a part of them.
 */
class IoFaultsTest {
  private static final int MAX_SHOWN = 5;
  private static final List<CrashMove> LIFE = life();
  private static final List<Fault> FAULTS = List.of(Fault.values());
  private static final List<Durability> DURABILITIES = List.of(Durability.values());

  /** A life, and what goes wrong in it. */
  private record Case(Durability durability, String name, FaultPlan faults) {}

  @TempDir Path temp;
  private final Set<IoCall.Kind> reached = EnumSet.noneOf(IoCall.Kind.class);
  private int directories;

  private static List<CrashMove> life() {
    List<CrashMove> moves = new ArrayList<>();
    for (CrashMove.Kind kind :
        List.of(
            CrashMove.Kind.APPEND,
            CrashMove.Kind.STEP,
            CrashMove.Kind.APPEND,
            CrashMove.Kind.STEP,
            CrashMove.Kind.REOPEN,
            CrashMove.Kind.APPEND,
            CrashMove.Kind.STEP,
            CrashMove.Kind.TICK,
            CrashMove.Kind.CHECKPOINT,
            CrashMove.Kind.READ,
            CrashMove.Kind.KILL,
            CrashMove.Kind.APPEND,
            CrashMove.Kind.STEP,
            CrashMove.Kind.APPEND,
            CrashMove.Kind.STEP)) {
      moves.add(new CrashMove(kind, moves.size()));
    }
    return List.copyOf(moves);
  }

  /** Rows large enough that the log starts a new file in the middle of a life. */
  private static CrashScenario scenario(Durability durability) {
    Schema schema =
        Schema.builder()
            .required("id", Type.LONG)
            .required("kind", Type.INT)
            .required("text", Type.STRING)
            .build();
    Node.Input input = new Node.Input("rows", Node.InputKind.STREAM, schema, List.of());
    Node all =
        Node.Project.of(
            input, List.of(new Expr.Column("id").as("id"), new Expr.Column("kind").as("kind")));
    Node counts =
        Node.Aggregate.of(
            input,
            List.of("kind"),
            List.of(
                new AggregateCall(AggregateFunction.COUNT, null, null, false, "rows").as("rows")));
    Plan plan =
        new Plan(
            List.of(input),
            List.of(
                new ViewDefinition("all", all, "the test is short"),
                new ViewDefinition("counts", counts, null)));
    List<Consumer<Engine>> appends = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Row row = Row.of(schema, (long) i, i % 3, "x".repeat(i % 5 == 0 ? 400_000 : 10) + i);
      appends.add(engine -> engine.stream("rows").append(row));
    }
    EngineSettings settings =
        EngineSettings.defaults()
            .withDurability(durability)
            .withSegmentBytes(1 << 20)
            .withRetention(Retention.of(Duration.ofMillis(1)));
    return new CrashScenario(Pipeline.of(plan), appends, null, settings);
  }

  @Test
  void everyFaultEndsInTheRightAnswerOrAClearError() throws IOException {
    int wanted = Integer.getInteger("faults", 100);
    List<Case> cases = cases(wanted);
    List<String> failures = new ArrayList<>();
    for (Case one : cases) {
      CrashRun run = run(one.durability());
      run.inject(one.faults());
      try {
        run.run(LIFE);
      } catch (AssertionError | RuntimeException e) {
        failures.add(one.durability() + " " + one.name() + ": " + e + "\n" + run.trace());
      }
      clear();
    }
    failures.stream().limit(MAX_SHOWN).forEach(System.out::println);
    System.out.println(cases.size() + " cases, " + failures.size() + " failures");
    assertThat(failures).isEmpty();
    assertThat(cases).hasSize(wanted);
    assertThat(reached).containsExactlyInAnyOrder(IoCall.Kind.values());
  }

  @Test
  void theLifeReachesTheFilesOfTheLogAndOfCheckpoints() throws IOException {
    Set<String> calls = new LinkedHashSet<>();
    CrashRun run = run(Durability.SYNCED);
    run.observe(call -> calls.add(call.kind() + " " + call.path().getFileName()));
    run.run(LIFE);
    clear();
    assertThat(calls)
        .contains("FORCE 19700101-00LS.cq4", "FORCE high-water", "RENAME FORMAT.new", "LOCK lock")
        .anyMatch(call -> call.matches("RENAME checkpoint-\\d+\\.draft"))
        .anyMatch(call -> call.matches("READ checkpoint-\\d+"))
        .anyMatch(call -> call.matches("DELETE checkpoint-\\d+"));
  }

  /** All single faults, or an even part of them; where there are too few, two at random. */
  private List<Case> cases(int wanted) throws IOException {
    List<Case> all = new ArrayList<>();
    List<Integer> calls = new ArrayList<>();
    for (Durability durability : DURABILITIES) {
      List<IoCall.Kind> kinds = new ArrayList<>();
      CrashRun counting = run(durability);
      counting.observe(call -> kinds.add(call.kind()));
      counting.run(LIFE);
      clear();
      calls.add(kinds.size());
      for (int n = 1; n <= kinds.size(); n++) {
        for (Fault fault : FAULTS) {
          if (fault.appliesTo(kinds.get(n - 1))) {
            all.add(new Case(durability, "call " + n + " " + fault, FaultPlan.nth(n, fault)));
            if (!fault.isDeath()) {
              all.add(
                  new Case(durability, "from call " + n + " " + fault, FaultPlan.from(n, fault)));
            }
          }
        }
      }
    }
    if (all.size() > wanted) {
      List<Case> part = new ArrayList<>();
      for (int i = 0; i < wanted; i++) {
        part.add(all.get((int) ((long) i * all.size() / wanted)));
      }
      return part;
    }
    for (long seed = 1; all.size() < wanted; seed++) {
      all.add(twoFaults(seed, calls));
    }
    return all;
  }

  private static Case twoFaults(long seed, List<Integer> calls) {
    SplittableRandom random = new SplittableRandom(seed);
    int which = random.nextInt(calls.size());
    FaultPlan plan = FaultPlan.none();
    StringBuilder name = new StringBuilder("seed " + seed + ":");
    for (int i = 0; i < 2; i++) {
      int n = 1 + random.nextInt(calls.get(which));
      Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
      boolean isOnce = fault.isDeath() || random.nextInt(3) > 0;
      plan = plan.and(isOnce ? FaultPlan.nth(n, fault) : FaultPlan.from(n, fault));
      name.append(isOnce ? " call " : " from call ").append(n).append(' ').append(fault);
    }
    return new Case(DURABILITIES.get(which), name.toString(), plan);
  }

  private CrashRun run(Durability durability) throws IOException {
    Path directory = Files.createDirectory(temp.resolve("life-" + directories++));
    CrashRun run = new CrashRun(scenario(durability), new CrashDisk(directory), 1);
    run.observe(call -> reached.add(call.kind()));
    return run;
  }

  private void clear() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(temp)) {
          Files.delete(file);
        }
      }
    }
  }
}
