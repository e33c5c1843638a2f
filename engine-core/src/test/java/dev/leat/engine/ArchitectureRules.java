package dev.leat.engine;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The rules of the floors, for any root package: {@link ArchitectureTest} holds the engine to them,
 * and shows on planted violations under another root that each of them can fail. Packages may be
 * empty.
 */
final class ArchitectureRules {
  /** The one error type, and its kinds, which every floor may throw. */
  private static final DescribedPredicate<JavaClass> ERROR_TYPE =
      equivalentTo(EngineException.class)
          .or(equivalentTo(EngineException.Kind.class))
          .as("the one error type");

  private ArchitectureRules() {}

  static ArchRule planStandsAlone(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".plan..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(root, root + ".internal..").and(not(ERROR_TYPE)))
        .as("the plan depends neither on the API nor on the runtime")
        .allowEmptyShould(true);
  }

  static ArchRule internalsDoNotKnowTheApi(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".internal..")
        .should()
        .dependOnClassesThat(resideInAPackage(root).and(not(ERROR_TYPE)))
        .as("the runtime does not depend on the API above it")
        .allowEmptyShould(true);
  }

  static ArchRule internalPackagesHaveNoCycles(String root) {
    return slices()
        .matching(root + ".internal.(*)..")
        .should()
        .beFreeOfCycles()
        .as("the packages of the runtime form no cycles")
        .allowEmptyShould(true);
  }

  static ArchRule chronicleLivesInTheLog(String root) {
    return hasItsHome("net.openhft..", root + ".internal.log..");
  }

  static ArchRule jacksonLivesInJson(String root) {
    return hasItsHome("com.fasterxml..", root + ".internal.json..");
  }

  static ArchRule hppcLivesInStateAndOperators(String root) {
    return hasItsHome("com.carrotsearch..", root + ".internal.state..", root + ".internal.op..");
  }

  /** Surefire runs only classes with this name, and says nothing about the others. */
  static ArchRule testsAreNamedTest() {
    return classes()
        .that()
        .areTopLevelClasses()
        .and()
        .doNotHaveModifier(JavaModifier.ABSTRACT)
        .and(holdTests())
        .should()
        .haveSimpleNameEndingWith("Test")
        .as("test classes are named *Test, or they do not run")
        .allowEmptyShould(true);
  }

  private static ArchRule hasItsHome(String library, String... homes) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(homes)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .as(library + " is used only in " + String.join(" and ", homes))
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> holdTests() {
    return DescribedPredicate.describe(
        "hold tests",
        type ->
            type.getAllMethods().stream()
                .anyMatch(
                    method ->
                        method.isMetaAnnotatedWith(
                            "org.junit.platform.commons.annotation.Testable")));
  }
}
