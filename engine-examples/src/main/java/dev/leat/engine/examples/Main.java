package dev.leat.engine.examples;

import dev.leat.engine.EngineException;
import dev.leat.engine.examples.clickstream.ClickstreamExample;
import dev.leat.engine.examples.engagement.EngagementExample;
import dev.leat.engine.examples.enrichment.EnrichmentExample;
import dev.leat.engine.examples.shop.ShopExample;
import dev.leat.engine.plan.Names;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs one example by its name. */
public final class Main {
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final String COMMAND = "java -jar engine-examples/target/engine-examples.jar";
  private static final List<Example> EXAMPLES =
      List.of(
          new EnrichmentExample(),
          new ClickstreamExample(),
          new EngagementExample(),
          new ShopExample());

  private Main() {}

  /**
   * Runs the example that the first argument names, with the other arguments; ends the process with
   * 0, with 1 if the example failed, or with 2 if the arguments are wrong.
   */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.out, System.err));
  }

  /**
   * Runs the example that the first argument names.
   *
   * @return the exit status
   */
  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    if (arguments.isEmpty() || isHelp(arguments.get(0))) {
      out.print(usage());
      return 0;
    }
    Example example = find(arguments.get(0));
    if (example == null) {
      List<String> names = EXAMPLES.stream().map(Example::name).toList();
      err.println("error: " + Names.unknown("example", arguments.get(0), names));
      err.print(usage());
      return WRONG_USAGE;
    }
    if (arguments.stream().anyMatch(Main::isHelp)) {
      out.print(example.help());
      return 0;
    }
    try {
      example.run(arguments.subList(1, arguments.size()), out);
      // A print stream keeps silent about what it could not write.
      if (out.checkError()) {
        err.println("error: cannot write all of it to the standard output: is it closed, or full?");
        return FAILED;
      }
      return 0;
    } catch (UsageException e) {
      err.println("error: " + e.getMessage());
      err.print(example.help());
      return WRONG_USAGE;
    } catch (EngineException | IOException | UncheckedIOException e) {
      err.println("error: " + e.getMessage());
      return FAILED;
    }
  }

  private static boolean isHelp(String argument) {
    return Arrays.asList("--help", "-h", "help").contains(argument);
  }

  private static @Nullable Example find(String name) {
    return EXAMPLES.stream().filter(e -> e.name().equals(name)).findFirst().orElse(null);
  }

  private static String usage() {
    StringBuilder text = new StringBuilder();
    text.append("usage: ").append(COMMAND).append(" EXAMPLE [FLAGS]\n\nexamples:\n");
    for (Example example : EXAMPLES) {
      text.append("  ").append(example.name()).append("  ").append(example.summary()).append('\n');
    }
    return text.append("\nThe flags of an example: ")
        .append(COMMAND)
        .append(" 001 --help\n")
        .toString();
  }
}
