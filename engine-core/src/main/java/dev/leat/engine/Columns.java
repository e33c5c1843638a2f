package dev.leat.engine;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.util.List;

/** From Java names to column names. */
final class Columns {
  private Columns() {}

  /** The column of a record component: {@code eventTime} is {@code event_time}. */
  static String name(String component) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (Character.isUpperCase(c)) {
        boolean startsWord =
            i > 0
                && (!Character.isUpperCase(component.charAt(i - 1))
                    || (i + 1 < component.length()
                        && Character.isLowerCase(component.charAt(i + 1))));
        name.append(startsWord ? "_" : "").append(Character.toLowerCase(c));
      } else {
        name.append(c);
      }
    }
    return name.toString();
  }

  /** The columns that accessors name. */
  static String[] names(List<? extends Accessor<?, ?>> accessors) {
    return accessors.stream().map(a -> name(a)).toArray(String[]::new);
  }

  /**
   * The column that an accessor names. A serializable method reference can be asked which method it
   * refers to: that is why {@link Accessor} is serializable.
   */
  static String name(Accessor<?, ?> accessor) {
    try {
      Method writeReplace = accessor.getClass().getDeclaredMethod("writeReplace");
      writeReplace.setAccessible(true);
      SerializedLambda lambda = (SerializedLambda) writeReplace.invoke(accessor);
      String method = lambda.getImplMethodName();
      if (method.startsWith("lambda$")) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "a column is named by a method reference such as Click::pageUrl, not by a lambda; or use"
                + " col(\"page_url\")");
      }
      return name(method);
    } catch (ReflectiveOperationException | RuntimeException e) {
      if (e instanceof EngineException known) {
        throw known;
      }
      throw new EngineException(
          EngineException.Kind.INVALID,
          "cannot tell which column this accessor names: "
              + accessor.getClass().getName()
              + "; open its package to the engine's module, or use col(\"...\")",
          e);
    }
  }
}
