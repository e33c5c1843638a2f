package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The floors of the module, and for each rule a planted violation that it must report. */
final class IcebergArchitectureTest {
  private static final String ROOT = "dev.leat.engine.iceberg";
  private static final String PLANTED = ROOT + ".planted";

  private static final JavaClasses MODULE =
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
            "the engine is used by its API",
            IcebergArchitectureRules::theEngineIsUsedByItsApi,
            List.of("UsesEngineInternals")),
        new Guard(
            "internals do not know the API",
            IcebergArchitectureRules::internalsDoNotKnowTheApi,
            List.of("internal.catalog.UsesApi")),
        new Guard(
            "no cycles",
            IcebergArchitectureRules::internalPackagesHaveNoCycles,
            List.of("internal.catalog.HalfOfCycle", "internal.write.OtherHalfOfCycle")),
        new Guard(
            "Parquet lives in one package",
            IcebergArchitectureRules::parquetLivesInParquet,
            List.of("internal.write.UsesParquet", "internal.write.UsesIcebergsParquet")),
        new Guard(
            "AWS lives in the catalog",
            IcebergArchitectureRules::awsLivesInTheCatalog,
            List.of("internal.write.UsesAws")),
        new Guard(
            "the API shows nothing internal",
            IcebergArchitectureRules::theApiShowsNothingInternal,
            List.of("ExtendsInternals", "ReturnsInternals", "TakesInternals")));
  }

  @Test
  void thereIsSomethingToCheck() {
    assertThat(MODULE.contain(IcebergSink.class)).isTrue();
    assertThat(MODULE).anyMatch(type -> type.getPackageName().startsWith(ROOT + ".internal."));
    assertThat(MODULE).noneMatch(type -> type.getPackageName().startsWith(PLANTED));
  }

  @ParameterizedTest
  @MethodSource("guards")
  void theModuleKeepsTheRule(Guard guard) {
    guard.rule().apply(ROOT).check(MODULE);
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

  /** Whether the line names the class, or a member of it, first. */
  private static boolean blames(String line, String name) {
    int first = line.indexOf('<') + 1;
    return first > 0 && (line.startsWith(name + ".", first) || line.startsWith(name + ">", first));
  }
}
