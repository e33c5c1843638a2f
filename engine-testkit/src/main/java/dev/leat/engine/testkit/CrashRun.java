package dev.leat.engine.testkit;

import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Threading;
import dev.leat.engine.testkit.CrashCut.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * One thread, one clock, one seam for files: what happens depends on the scenario, the moves and the
 * seed alone, and the trace shows it.
 *
 * The model is a list of cuts: cut i is the epoch at position i + 1, with the number of appends that
 * are in the log once it is. A step adds one before it begins (TRIED), and raises it when it is
 * acknowledged. A crash puts the engine anywhere between the last cut that must have survived (LOGGED
 * after a kill, SYNCED after a power cut) and the last that was tried; it says itself where it is, and
 * must then be exactly there: the reference and an engine that never crashed get the same epochs, and
 * no other. Everything that was taken by the crash is appended again.
 */
/** Runs a scenario on an engine to which things happen, and compares it whenever it was opened. */
final class CrashRun {
  private static final Set<CrashMove.Kind> NEED_ENGINE =
      EnumSet.of(
          CrashMove.Kind.APPEND,
          CrashMove.Kind.STEP,
          CrashMove.Kind.CHECKPOINT,
          CrashMove.Kind.READ,
          CrashMove.Kind.REOPEN);
  private static final int MAX_APPENDS = 4;
  private static final int MAX_OPENS = 10_000;

  private final CrashScenario scenario;
  private final CrashDisk disk;
  private final long hashSeed;
  private final TestClock clock = new TestClock(PipelineTester.START);
  private FaultyIo io;
  private final List<CrashCut> cuts = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private CrashShadow shadow;
  private @Nullable Engine engine;
  private Pipeline opened;
  private boolean opensAll;
  private int appended;
  private boolean isRefused;
  private Level needed = Level.LOGGED;
  private int opens;

  /** When the engine was opened, if no epoch has said it yet. */
  private @Nullable Instant openedAt;

  private int crashes;
  private int crashesWhileBuilding;
  private int callsSum;
  private long callsBefore;
  private boolean losesPower;
  private Consumer<IoCall> observer = call -> {};

  CrashRun(CrashScenario scenario, CrashDisk disk, long hashSeed) {
    this.scenario = scenario;
    this.disk = disk;
    this.hashSeed = hashSeed;
    this.io = FaultyIo.inOneThread(disk.io(), clock);
    this.shadow = new CrashShadow(scenario);
    this.opened = scenario.pipeline();
    io.observe(this::called);
  }

  private void called(IoCall call) {
    callsSum = 31 * callsSum + (call.kind() + relative(call.path())).hashCode();
    observer.accept(call);
  }

  /** Tells of each call to the operating system before it is made. */
  void observe(Consumer<IoCall> next) {
    observer = next;
  }

  /** When the process dies at a call, it is because the power goes. */
  void cutPowerOnDeath() {
    losesPower = true;
  }

  private String relative(Object text) {
    return text.toString().replace(disk.root().toString(), "");
  }

  /** What happened, line by line: the same for the same seed. */
  List<String> trace() {
    return trace;
  }

  /** How many calls to the operating system there were. */
  long ioCalls() {
    return callsBefore + io.calls();
  }

  /** How often the process died, or the power went. */
  int crashes() {
    return crashes;
  }

  /** How often that was while views were built. */
  int crashesWhileBuilding() {
    return crashesWhileBuilding;
  }

  /** Sets what goes wrong from now on. */
  void inject(FaultPlan plan) {
    io.inject(plan);
  }

  /** Lets these things happen, and then brings the scenario to its end. */
  void run(List<CrashMove> moves) {
    for (CrashMove move : moves) {
      if (NEED_ENGINE.contains(move.kind()) && (engine == null || io.isDead())) {
        open();
      }
      trace.add("move " + move);
      make(move, new SplittableRandom(move.seed()));
      restartIfDead();
      closeIfFailed();
    }
    finish();
  }

  private void make(CrashMove move, SplittableRandom random) {
    switch (move.kind()) {
      case APPEND -> append(1 + random.nextInt(MAX_APPENDS));
      case STEP -> step();
      case CHECKPOINT -> checkpoint();
      case READ -> compare();
      case TICK -> clock.advance(Duration.ofMillis(random.nextInt(2000)));
      case JUMP -> clock.jump(Duration.ofSeconds(random.nextInt(-100_000, 100_000)));
      case REOPEN -> close(false);
      case KILL -> crash(false, random);
      case POWER_CUT -> crash(true, random);
      case KILL_SOON -> {
        losesPower = random.nextBoolean();
        io.inject(
            FaultPlan.nth(
                1 + random.nextInt(30),
                random.nextBoolean() ? Fault.KILL_BEFORE : Fault.KILL_AFTER));
      }
      case FAULT_SOON -> io.inject(FaultPlan.nth(1 + random.nextInt(30), fault(random)));
      case FAULTS ->
          io.inject(
              FaultPlan.random(
                  random.nextLong(),
                  random.nextInt(5, 100),
                  List.of(Fault.EIO, Fault.ENOSPC, Fault.SHORT_WRITE)));
      case FULL_DISK -> io.leaveSpace(random.nextInt(1 << 20));
      case HEAL -> io.heal();
    }
  }

  /** An engine whose log failed under a checkpoint refuses everything from then on. */
  private void closeIfFailed() {
    Engine probed = engine;
    if (probed == null || io.isDead()) {
      return;
    }
    try {
      probed.ledger().count();
    } catch (EngineException e) {
      requireClear(e);
      requireFinal(probed);
      close(true);
    }
  }

  private static Fault fault(SplittableRandom random) {
    return List.of(Fault.EIO, Fault.ENOSPC, Fault.SHORT_WRITE).get(random.nextInt(3));
  }

  /** Without faults, everything is appended, and is there after another opening. */
  private void finish() {
    io.heal();
    if (engine == null || io.isDead()) {
      open();
    }
    if (isRefused && scenario.isChanged()) {
      step();
    }
    append(scenario.appends().size());
    step(); // perhaps what the log refused before
    step();
    check(engine != null, "the engine fails without faults: " + trace);
    check(position() == cuts.size(), "all epochs are acknowledged: " + position());
    compare();
    close(false);
    opensAll = true;
    open();
    check(appended == scenario.appends().size(), "all is there after a close: " + appended);
    buildAll();
    compare();
    close(false);
    shadow.close();
  }

  /**
   * By steps of its own, as one may be a tick, which is an epoch: views may be new that need it.
   */
  private void buildAll() {
    for (int i = 0; i <= cuts.size() && running().backfill().isPresent(); i++) {
      step();
    }
    running().awaitBackfill(Duration.ZERO);
    check(running().backfill().isEmpty(), "views are not built: " + running().backfill());
  }

  private Engine running() {
    if (engine == null) {
      throw new IllegalStateException("no engine is open");
    }
    return engine;
  }

  private long position() {
    return running().position().value();
  }

  private void append(int count) {
    for (int i = 0; i < count && appended < scenario.appends().size(); i++) {
      if (scenario.isChanged() && (isRefused || engine == null || io.isDead())) {
        return;
      }
      scenario.appends().get(appended).accept(running());
      appended++;
      if (scenario.isChanged()) {
        step(); // many small epochs, so that views are not built at once
      }
    }
    log("appended " + appended);
  }

  private void step() {
    Engine stepped = running();
    int before = (int) position();
    if (!isRefused) {
      cuts.add(tried());
    }
    try {
      int rows = stepped.step();
      isRefused = false;
      if (io.isDead()) {
        return; // too late to be acknowledged
      }
      if (rows == 0 && position() == before) {
        cuts.remove(cuts.size() - 1);
      } else {
        check(position() == before + 1, "one step is one position: " + position());
        check(cuts.size() == before + 1, "one epoch is tried: " + cuts);
        raise(
            before + 1,
            scenario.settings().durability() == Durability.SYNCED ? Level.SYNCED : Level.LOGGED);
        raise(stepped.syncedPosition().value(), Level.SYNCED);
        openedAt = null;
        shadow.follow(cuts.get(before));
      }
      log("stepped " + rows + " rows, synced " + stepped.syncedPosition());
    } catch (EngineException e) {
      if (io.isDead()) {
        return;
      }
      requireClear(e);
      isRefused = e.kind() == Kind.FULL;
      if (!isRefused) {
        requireFinal(stepped);
        close(true);
      }
    } catch (IllegalStateException e) {
      check(io.isDead(), "step() fails: " + e);
    }
  }

  private CrashCut tried() {
    return new CrashCut(appended, clock.instant(), openedAt, Level.TRIED);
  }

  /** One that fails is told, and the engine goes on, unless its log failed. */
  private void checkpoint() {
    try {
      long at = running().checkpoint().value();
      if (!io.isDead()) {
        check(at == position(), "a checkpoint of another position: " + at);
        raise(at, Level.SYNCED);
        log("checkpoint at " + at);
      }
    } catch (EngineException e) {
      if (!io.isDead()) {
        requireClear(e);
      }
    }
  }

  private void raise(long position, Level level) {
    for (int i = 0; i < position; i++) {
      cuts.set(i, cuts.get(i).atLeast(level));
    }
  }

  /** An engine that failed takes nothing more, whether the disk works again or not. */
  private void requireFinal(Engine failed) {
    try {
      check(failed.step() == 0, "an engine that failed takes a step");
      scenario.appends().get(0).accept(failed);
    } catch (EngineException e) {
      log("refuses");
      return;
    } catch (IllegalStateException e) {
      check(io.isDead(), "a failed engine fails in another way: " + e);
      return;
    }
    check(io.isDead(), "an engine that failed takes rows again");
  }

  /** An error of the disk is told as one, with the file. */
  private void requireClear(EngineException e) {
    String message = String.valueOf(e.getMessage());
    log("failed " + e.kind() + " " + message);
    check(
        e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.FULL,
        "a fault of the disk is told as " + e.kind() + ": " + message);
    check(
        message.contains("file=" + disk.root()) || message.contains("directory=" + disk.root()),
        "the message names no file: " + message);
    boolean hasPlace = message.contains("call=READ") || message.contains("call=WRITE");
    check(!hasPlace || message.contains("offset="), "the message has no offset: " + message);
  }

  private void restartIfDead() {
    if (io.isDead()) {
      crash(losesPower, new SplittableRandom(31L * ioCalls() + crashes));
    }
  }

  /** What a dead process leaves: its files as they are, and its lock free. */
  private void crash(boolean isPowerCut, SplittableRandom random) {
    io.kill();
    crashes++;
    Engine dead = engine;
    if (dead != null && dead.backfill().isPresent()) {
      crashesWhileBuilding++;
    }
    engine = null;
    if (dead != null) {
      try {
        dead.close();
      } catch (EngineException | IllegalStateException e) {
        log("dead");
      }
    }
    checkReleased();
    if (isPowerCut) {
      disk.cutPower(random.nextLong());
      needed = Level.SYNCED;
      callsBefore += io.calls();
      io = FaultyIo.inOneThread(disk.io(), clock);
      io.observe(this::called);
    }
    io.restart();
    log(isPowerCut ? "power cut" : "killed");
  }

  private void close(boolean hasFailed) {
    Engine closing = running();
    engine = null;
    int tried = cuts.isEmpty() ? 0 : cuts.get(cuts.size() - 1).appends();
    if (!hasFailed && appended > tried) {
      // It takes what waits through the engine, as step() does.
      cuts.add(tried());
    }
    try {
      closing.close();
      if (!io.isDead()) {
        raise(closing.position().value(), Level.SYNCED);
      }
      log("closed");
    } catch (EngineException e) {
      if (!io.isDead()) {
        requireClear(e);
      }
    } catch (IllegalStateException e) {
      check(io.isDead(), "close() fails: " + e);
    }
    checkReleased();
  }

  private void checkReleased() {
    check(io.openFiles() == 0, "files are left open: " + io.openFiles());
  }

  private void open() {
    do {
      restartIfDead();
      isRefused = false;
      EngineSettings settings =
          scenario.settings().withThreading(Threading.HOST).withClock(io.clock());
      check(opens < MAX_OPENS, "the engine does not open");
      try {
        engine =
            EngineOnFiles.open(
                disk.directory(), nextPipeline(), settings, io, hashSeed * 31 + opens++);
      } catch (EngineException e) {
        checkReleased();
        if (!io.isDead()) {
          requireClear(e);
          io.heal();
        }
      }
    } while (engine == null || io.isDead());
    check(running().syncedPosition().equals(running().position()), "what is replayed is synced");
    recover();
  }

  private Pipeline nextPipeline() {
    opened = opensAll ? scenario.pipeline() : scenario.opened(opens);
    return opened;
  }

  /** Finds out which epochs there are, and compares. */
  private void recover() {
    int position = (int) position();
    int least = 0;
    for (CrashCut cut : cuts) {
      least += cut.level().compareTo(needed) >= 0 ? 1 : 0;
    }
    log("opened at " + position + " of " + least + " to " + cuts.size());
    check(position >= least, "acknowledged epochs are lost: " + position + " of " + least);
    check(position <= cuts.size(), "more epochs than there were: " + position);
    while (cuts.size() > position) {
      cuts.remove(cuts.size() - 1);
    }
    raise(position, Level.SYNCED);
    needed = Level.LOGGED;
    openedAt = position == 0 ? null : clock.instant();
    appended = position == 0 ? 0 : cuts.get(position - 1).appends();
    if (shadow.epochs() > position) {
      shadow.close();
      shadow = new CrashShadow(scenario);
    }
    while (shadow.epochs() < position) {
      shadow.follow(cuts.get(shadow.epochs()));
    }
    compare();
  }

  private void compare() {
    if (!io.isDead()) {
      int sum = new CrashComparison(scenario, opened, running(), shadow).check();
      log("right " + Integer.toHexString(sum));
    }
  }

  private void log(String line) {
    trace.add(
        relative(line)
            + "; call "
            + ioCalls()
            + " "
            + Integer.toHexString(callsSum)
            + " "
            + clock.instant());
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
