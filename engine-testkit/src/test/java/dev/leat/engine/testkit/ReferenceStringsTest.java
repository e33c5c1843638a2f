package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.ERROR;
import static dev.leat.engine.testkit.Rows.lit;
import static dev.leat.engine.testkit.Rows.nil;
import static dev.leat.engine.testkit.Rows.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Type;
import org.junit.jupiter.api.Test;

class ReferenceStringsTest {
  private static final String SMILE = "\ud83d\ude00";

  @Test
  void likeMatchesTheWholeString() {
    assertThat(value(lit("/products/a").like("/products/%"))).isEqualTo(true);
    assertThat(value(lit("/products").like("/products/%"))).isEqualTo(false);
    assertThat(value(lit("abc").like("b"))).isEqualTo(false);
    assertThat(value(lit("abc").like("%b%"))).isEqualTo(true);
    assertThat(value(lit("").like("%"))).isEqualTo(true);
    assertThat(value(lit("").like("_"))).isEqualTo(false);
    assertThat(value(lit("a\nb").like("a%b"))).isEqualTo(true);
    assertThat(value(lit(SMILE).like("_"))).isEqualTo(true);
    assertThat(value(lit("a.c").like("a.c"))).isEqualTo(true);
    assertThat(value(lit("abc").like("a.c"))).isEqualTo(false);
    assertThat(value(lit("aab").like("%a_"))).isEqualTo(true);
    assertThat(value(nil(Type.STRING).like("%"))).isNull();
  }

  @Test
  void likeTakesEscapedCharactersLiterally() {
    assertThat(value(lit("50%").like("50\\%"))).isEqualTo(true);
    assertThat(value(lit("50x").like("50\\%"))).isEqualTo(false);
    assertThat(value(lit("a_b").like("a\\_b"))).isEqualTo(true);
    assertThat(value(lit("axb").like("a\\_b"))).isEqualTo(false);
    assertThat(value(lit("\\").like("\\\\"))).isEqualTo(true);
    assertThat(value(lit("ab").like("\\ab"))).isEqualTo(true);
  }

  @Test
  void substringsCountCodePointsFromOne() {
    assertThat(value(lit("a" + SMILE + "b").substring(2, 1))).isEqualTo(SMILE);
    assertThat(value(lit("a" + SMILE + "b").substring(3))).isEqualTo("b");
    assertThat(value(lit("abc").substring(0))).isEqualTo("abc");
    assertThat(value(lit("abc").substring(0, 2))).isEqualTo("a");
    assertThat(value(lit("abc").substring(-1, 3))).isEqualTo("a");
    assertThat(value(lit("abc").substring(4, 5))).isEqualTo("");
    assertThat(value(lit("abc").substring(2, Long.MAX_VALUE))).isEqualTo("bc");
    assertThat(value(lit("abc").substring(Long.MIN_VALUE, Long.MAX_VALUE))).isEqualTo("");
    assertThat(value(lit("abc").substring(Long.MAX_VALUE, 1))).isEqualTo("");
    assertThat(value(lit("abc").substring(2, 0))).isEqualTo("");
    assertThat(value(lit("abc").substring(2, -1))).isEqualTo(ERROR);
    assertThat(value(nil(Type.STRING).substring(2, -1))).isNull();
  }

  @Test
  void lengthAndOrderAreByCodePoint() {
    assertThat(value(lit("a" + SMILE).length())).isEqualTo(2L);
    assertThat(value(lit("\uffff").lt(SMILE))).isEqualTo(true);
    assertThat(value(lit("a").lt("ab"))).isEqualTo(true);
    assertThat(value(lit("B").lt("a"))).isEqualTo(true);
  }

  @Test
  void textIsChangedWithoutALocale() {
    assertThat(value(lit("Ii\u00c4").lower())).isEqualTo("ii\u00e4");
    assertThat(value(lit("i\u00df").upper())).isEqualTo("ISS");
    assertThat(value(lit(" \t a  ").trim())).isEqualTo("\t a");
    assertThat(value(lit("   ").trim())).isEqualTo("");
    assertThat(value(lit("a").concat("", "b"))).isEqualTo("ab");
    assertThat(value(lit("a").concat(nil(Type.STRING), "b"))).isNull();
  }
}
