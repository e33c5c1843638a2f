package dev.leat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.leat.engine.planted.MisnamedLaws;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The floors of the engine, and for each rule a planted violation that it must report. */
final class ArchitectureTest {
  private static final String ROOT = "dev.leat.engine";
  private static final String PLANTED = ROOT + ".planted";

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);
  private static final JavaClasses PLANTS = new ClassFileImporter().importPackages(PLANTED);

  /** A rule, the planted classes it must report, and no others. */
  private record Guard(String name, Function<String, ArchRule> rule, List<String> reported) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Guard> guards() {
    return Stream.of(
        new Guard(
            "plan stands alone",
            ArchitectureRules::planStandsAlone,
            List.of("plan.UsesApi", "plan.UsesInternal")),
        new Guard(
            "internals do not know the API",
            ArchitectureRules::internalsDoNotKnowTheApi,
            List.of("internal.exec.UsesApi")),
        new Guard(
            "no cycles",
            ArchitectureRules::internalPackagesHaveNoCycles,
            List.of("internal.batch.HalfOfCycle", "internal.exec.OtherHalfOfCycle")),
        new Guard(
            "Chronicle lives in the log",
            ArchitectureRules::chronicleLivesInTheLog,
            List.of("internal.op.UsesChronicle")),
        new Guard(
            "Jackson lives in JSON",
            ArchitectureRules::jacksonLivesInJson,
            List.of("internal.log.UsesJackson")),
        new Guard(
            "hppc lives in state and operators",
            ArchitectureRules::hppcLivesInStateAndOperators,
            List.of("UsesHppc")));
  }

  @Test
  void thereIsSomethingToCheck() {
    assertThat(ENGINE.contain(EngineException.class)).isTrue();
    assertThat(ENGINE).noneMatch(type -> type.getPackageName().startsWith(PLANTED));
  }

  @ParameterizedTest
  @MethodSource("guards")
  void theEngineKeepsTheRule(Guard guard) {
    guard.rule().apply(ROOT).check(ENGINE);
  }

  @ParameterizedTest
  @MethodSource("guards")
  void theRuleReportsWhatWasPlanted(Guard guard) {
    List<String> lines =
        guard.rule().apply(PLANTED).evaluate(PLANTS).getFailureReport().getDetails().stream()
            .flatMap(String::lines)
            .toList();
    List<String> culprits =
        PLANTS.stream()
            .map(type -> type.getName())
            .filter(name -> lines.stream().anyMatch(line -> blames(line, name)))
            .map(name -> name.substring(PLANTED.length() + 1))
            .toList();
    assertThat(culprits).containsExactlyInAnyOrderElementsOf(guard.reported());
  }

  @Test
  void testClassesAreNamedSoThatTheyRun() {
    JavaClasses tests =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .withImportOption(location -> !location.contains("/planted/"))
            .importPackages(ROOT);
    assertThat(tests.contain(ArchitectureTest.class)).isTrue();
    ArchitectureRules.testsAreNamedTest().check(tests);
  }

  @Test
  void aMisnamedTestClassIsReported() {
    assertThat(
            ArchitectureRules.testsAreNamedTest().evaluate(PLANTS).getFailureReport().getDetails())
        .singleElement()
        .asString()
        .contains(MisnamedLaws.class.getName());
  }

  /** Whether the line names the class first, as the one that leans on another. */
  private static boolean blames(String line, String name) {
    int first = line.indexOf('<');
    return first >= 0 && line.startsWith(name + ".", first + 1);
  }
}
