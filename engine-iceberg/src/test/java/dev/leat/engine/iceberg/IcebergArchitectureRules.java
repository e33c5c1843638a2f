package dev.leat.engine.iceberg;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules of the floors, for any root package: {@link IcebergArchitectureTest} holds the module
 * to them, and shows on planted violations under another root that each of them can fail. They are
 * those of engine-core, with other libraries. Packages may be empty.
 */
final class IcebergArchitectureRules {
  private static final String INTERNAL = ".internal";

  private IcebergArchitectureRules() {}

  static ArchRule theEngineIsUsedByItsApi(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.leat.engine.internal..")
        .as("what the engine has within may change with any version of it")
        .allowEmptyShould(true);
  }

  static ArchRule internalsDoNotKnowTheApi(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + INTERNAL + "..")
        .should()
        .dependOnClassesThat(resideInAPackage(root))
        .as("the internal packages do not depend on the API above them")
        .allowEmptyShould(true);
  }

  static ArchRule internalPackagesHaveNoCycles(String root) {
    return slices()
        .matching(root + INTERNAL + ".(*)..")
        .should()
        .beFreeOfCycles()
        .as("the internal packages form no cycles")
        .allowEmptyShould(true);
  }

  /** Iceberg's own classes for Parquet show Parquet's. */
  static ArchRule parquetLivesInParquet(String root) {
    return haveTheirHome(
        root + INTERNAL + ".parquet..", "org.apache.parquet..", "org.apache.iceberg.parquet..");
  }

  /** Not every host has these libraries. */
  static ArchRule awsLivesInTheCatalog(String root) {
    return haveTheirHome(
        root + INTERNAL + ".catalog..", "software.amazon..", "org.apache.iceberg.aws..");
  }

  /** What hosts see names nothing of what is below. */
  static ArchRule theApiShowsNothingInternal(String root) {
    return classes()
        .that()
        .resideInAPackage(root)
        .and()
        .arePublic()
        .should(showNothingOf(root + INTERNAL))
        .as("the signatures of the API name nothing internal")
        .allowEmptyShould(true);
  }

  private static ArchRule haveTheirHome(String home, String... libraries) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .as(String.join(" and ", libraries) + " are used only in " + home)
        .allowEmptyShould(true);
  }

  private static ArchCondition<JavaClass> showNothingOf(String internal) {
    return new ArchCondition<>("show nothing of " + internal) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        List<JavaType> above = new ArrayList<>(type.getInterfaces());
        type.getSuperclass().ifPresent(above::add);
        internals(above)
            .ifPresent(what -> report(type, "Type <" + type.getName() + "> is", what, events));
        for (JavaMember member : type.getMembers()) {
          if (isSeen(member)) {
            internals(typesOf(member))
                .ifPresent(
                    what -> report(member, member.getDescription() + " shows", what, events));
          }
        }
      }

      private Optional<JavaClass> internals(List<JavaType> types) {
        return types.stream()
            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
            .map(JavaClass::getBaseComponentType)
            .filter(type -> (type.getPackageName() + ".").startsWith(internal + "."))
            .findFirst();
      }
    };
  }

  private static void report(Object by, String text, JavaClass what, ConditionEvents events) {
    events.add(SimpleConditionEvent.violated(by, text + " <" + what.getName() + ">"));
  }

  private static boolean isSeen(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static List<JavaType> typesOf(JavaMember member) {
    List<JavaType> types = new ArrayList<>();
    if (member instanceof JavaField field) {
      types.add(field.getType());
    } else if (member instanceof JavaCodeUnit unit) {
      types.add(unit.getReturnType());
      types.addAll(unit.getParameterTypes());
      types.addAll(unit.getTypeParameters());
      types.addAll(unit.getExceptionTypes());
    }
    return types;
  }
}
