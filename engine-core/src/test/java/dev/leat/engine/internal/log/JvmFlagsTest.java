package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import org.junit.jupiter.api.Test;

class JvmFlagsTest {
  @Test
  void theLineIsWhatAJvmTakes() {
    assertThat(JvmFlags.line())
        .isEqualTo(
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
                + " --add-opens=java.base/java.lang=ALL-UNNAMED"
                + " --add-opens=java.base/java.lang.reflect=ALL-UNNAMED"
                + " --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED");
  }

  @Test
  void oneMissingFlagIsNamedAndTheWholeLineGiven() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> JvmFlags.require(need -> !need.packageName().equals("java.lang")))
        .withMessageContaining("\n" + JvmFlags.line() + "\n")
        .withMessageEndingWith("missing=--add-opens=java.base/java.lang=ALL-UNNAMED")
        .extracting(EngineException::kind)
        .isEqualTo(Kind.INVALID);
  }

  @Test
  void theJvmOfTheTestsHasThem() {
    assertThatCode(JvmFlags::require).doesNotThrowAnyException();
    assertThatCode(() -> JvmFlags.require(need -> true)).doesNotThrowAnyException();
  }
}
