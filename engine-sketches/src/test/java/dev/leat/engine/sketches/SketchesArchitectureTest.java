package dev.leat.engine.sketches;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The module uses what hosts can use of the engine, and no more. */
class SketchesArchitectureTest {
  private static final String ROOT = "dev.leat.engine.sketches";
  private static final String PLANTED = ROOT + ".planted";

  private static ArchRule usesTheApiAlone(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.leat.engine.internal..")
        .because("internals may change; what hosts use may not");
  }

  @Test
  void theModuleKeepsTheRule() {
    JavaClasses module = new ClassFileImporter().importPackages(ROOT);
    assertThat(module.contain(Sketches.class)).isTrue();
    usesTheApiAlone(ROOT).check(module);
  }

  @Test
  void theRuleReportsWhatWasPlanted() {
    JavaClasses planted = new ClassFileImporter().importPackages(PLANTED);
    assertThatThrownBy(() -> usesTheApiAlone(PLANTED).check(planted))
        .hasMessageContaining("UsesInternals");
  }
}
