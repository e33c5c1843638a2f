package dev.leat.engine.internal.io;

import dev.leat.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Damages directories at random and opens them. Each case must end in the right answer, or in an
 * {@link EngineException} CORRUPT that names what is damaged; never in a wrong answer, another
 * throwable, or no end. A case is made from its seed alone: it can be run again with one case from
 * that seed. While a case runs, its seed is in the file {@code case} beside the directories, for
 * the case that takes the JVM with it.
 */
public final class CorruptionDriver {
  private static final long LIMIT_SECONDS = 60;
  private static final long BUILD_SEED = 20_260_101;

  private record Built(Path directory, CorruptionTarget.Content content) {}

  /** What became of all cases: how many answers were right, how much damage was found. */
  public record Outcome(long cases, long rightAnswers, long found, List<String> failures) {}

  private final CorruptionTarget target;
  private final Path work;
  private final Consumer<String> out;
  private final List<@Nullable Built> built = new ArrayList<>();

  /**
   * A driver.
   *
   * @param work an empty directory
   * @param out is told each failure, and the closing line
   */
  public CorruptionDriver(CorruptionTarget target, Path work, Consumer<String> out) {
    this.target = target;
    this.work = work;
    this.out = out;
    for (int i = 0; i < target.variants(); i++) {
      built.add(null);
    }
  }

  /** Runs the cases of the seeds from one on, tells each failure, and says a closing line. */
  public Outcome run(long seed, long cases) throws IOException, InterruptedException {
    long right = 0;
    List<String> failures = new ArrayList<>();
    for (long n = seed; n < seed + cases; n++) {
      String result = runCase(n);
      if (result.equals(RIGHT)) {
        right++;
      } else if (!result.equals(FOUND)) {
        failures.add(result);
        out.accept(result);
      }
    }
    out.accept(cases + " cases, " + failures.size() + " failures");
    return new Outcome(cases, right, cases - right - failures.size(), failures);
  }

  private static final String RIGHT = "";
  private static final String FOUND = "found";

  private String runCase(long seed) throws IOException, InterruptedException {
    Damage.note(work.resolve("case"), Long.toString(seed));
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    Built original = variant(random.nextInt(target.variants()));
    Path damaged = work.resolve("damaged");
    Damage.copy(original.directory(), damaged);
    Damage damage = Damage.to(damaged, random);
    @Nullable Throwable thrown;
    try {
      thrown = verify(original.content(), damaged);
    } catch (StillRunning e) {
      return "seed=" + seed + " " + damage + ": no end after " + LIMIT_SECONDS + " s: " + e;
    }
    Damage.delete(damaged);
    String wrong = thrown == null ? RIGHT : judge(thrown, damaged);
    return wrong.isEmpty() || wrong.equals(FOUND)
        ? wrong
        : "seed=" + seed + " " + damage + ": " + wrong;
  }

  private static String judge(Throwable thrown, Path directory) {
    if (!(thrown instanceof EngineException failure)) {
      StackTraceElement[] trace = thrown.getStackTrace();
      return thrown + (trace.length > 0 ? " at " + trace[0] : "");
    }
    if (failure.kind() != EngineException.Kind.CORRUPT) {
      return failure.kind() + " is not right for it: " + failure.getMessage();
    }
    if (!String.valueOf(failure.getMessage()).contains(directory.toString())) {
      return "the message names no file: " + failure.getMessage();
    }
    return FOUND;
  }

  private static final class StillRunning extends Exception {
    private static final long serialVersionUID = 1L;

    StillRunning(Thread thread) {
      super(List.of(thread.getStackTrace()).toString());
    }
  }

  /** Runs in a thread of its own, since it may not end. */
  private static @Nullable Throwable verify(CorruptionTarget.Content content, Path damaged)
      throws InterruptedException, StillRunning {
    @Nullable Throwable[] thrown = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                content.verify(damaged);
              } catch (Throwable e) {
                thrown[0] = e;
              }
            },
            "corruption-case");
    thread.setDaemon(true);
    thread.start();
    thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    if (thread.isAlive()) {
      throw new StillRunning(thread);
    }
    return thrown[0];
  }

  private Built variant(int index) throws IOException {
    Built known = built.get(index);
    if (known == null) {
      Path directory = Files.createDirectories(work.resolve("variant-" + index));
      CorruptionTarget.Content content =
          target.build(directory, index, new Random(BUILD_SEED + index));
      known = new Built(directory, content);
      built.set(index, known);
    }
    return known;
  }
}
