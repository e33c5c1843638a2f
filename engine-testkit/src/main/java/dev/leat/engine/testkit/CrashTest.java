package dev.leat.engine.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that crashes an engine: its method gets a {@link CrashTester}, says what is to be tested,
 * and returns; then the crashes come.
 *
 * <pre>{@code
 * @CrashTest(crashes = 100)
 * void nothingIsLost(CrashTester tester) {
 *   tester.pipeline(pipeline);
 *   tester.append(engine -> engine.stream("clicks", Click.class).append(click));
 * }
 * }</pre>
 *
 * <p>The JVM needs the flags of the log; see the README.
 */
@Documented
@Test
@ExtendWith(CrashExtension.class)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface CrashTest {
  /** How many runs with crashes there are. */
  int crashes() default 50;

  /** The seed of the first run; the message of a failure says which seed gives that run alone. */
  long seed() default 1;
}
