package dev.leat.engine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says how many digits a record's {@code BigDecimal} component has. Without it, it is {@code
 * decimal(38,9)}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Decimal {
  /** Digits in all, 1 to 38. */
  int precision();

  /** Digits behind the point, 0 to {@code precision}. */
  int scale();
}
