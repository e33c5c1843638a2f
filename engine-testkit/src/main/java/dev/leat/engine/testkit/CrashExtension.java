package dev.leat.engine.testkit;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Hands a {@link CrashTester} to a method with {@link CrashTest}, and runs it after the method. */
final class CrashExtension implements ParameterResolver, AfterTestExecutionCallback {
  private static final Namespace NAMESPACE = Namespace.create(CrashExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == CrashTester.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    CrashTest test =
        AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), CrashTest.class)
            .orElseThrow(() -> new IllegalStateException("no @CrashTest at the method"));
    CrashTester tester = new CrashTester().crashes(test.crashes()).seed(test.seed());
    context.getStore(NAMESPACE).put(CrashTester.class, tester);
    return tester;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    CrashTester tester = context.getStore(NAMESPACE).get(CrashTester.class, CrashTester.class);
    if (tester == null) {
      throw new IllegalStateException(
          "a @CrashTest method needs a parameter of type CrashTester, and says there what is"
              + " tested: method="
              + context.getRequiredTestMethod().getName());
    }
    if (context.getExecutionException().isEmpty()) {
      tester.run();
    }
  }
}
