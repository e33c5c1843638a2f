package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.failed;
import static dev.leat.engine.internal.expr.Table.lit;
import static dev.leat.engine.internal.expr.Table.nothing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StringFunctionTest {
  private static final String SMILE = "\uD83D\uDE00";

  private static boolean like(String string, String pattern) {
    return LikePattern.of(pattern).matches(string);
  }

  @Test
  void likeMatchesTheWholeString() {
    assertThat(like("/products/1", "/products/%")).isTrue();
    assertThat(like("x/products/1", "/products/%")).isFalse();
    assertThat(like("abc", "a_c")).isTrue();
    assertThat(like("abbc", "a_c")).isFalse();
    assertThat(like(SMILE, "_")).isTrue();
    assertThat(like(SMILE, "__")).isFalse();
    assertThat(like("", "%")).isTrue();
    assertThat(like("", "")).isTrue();
    assertThat(like("", "_")).isFalse();
    assertThat(like("a%b", "a\\%b")).isTrue();
    assertThat(like("axb", "a\\%b")).isFalse();
    assertThat(like("a\\b", "a\\\\b")).isTrue();
    assertThat(like("ab", "a\\b")).isTrue();
    assertThat(like("aXbXc", "%X%c")).isTrue();
    assertThat(like("line\nbreak", "line%")).isTrue();
    assertThat(like("abab", "%ab")).isTrue();
    assertThat(like("aab", "%a_")).isTrue();
  }

  @Test
  void likeAgreesWithRegularExpressions() {
    SplittableRandom random = new SplittableRandom(1);
    String[] pieces = {"a", "b", SMILE, "%", "_", "\\%", "\\_", "%"};
    for (int i = 0; i < 20_000; i++) {
      StringBuilder pattern = new StringBuilder();
      StringBuilder regex = new StringBuilder();
      for (int n = random.nextInt(6); n > 0; n--) {
        String piece = pieces[random.nextInt(pieces.length)];
        pattern.append(piece);
        regex.append(
            switch (piece) {
              case "%" -> ".*";
              case "_" -> ".";
              default -> Pattern.quote(piece.replace("\\", ""));
            });
      }
      StringBuilder string = new StringBuilder();
      for (int n = random.nextInt(7); n > 0; n--) {
        string.append(new String[] {"a", "b", SMILE, "%", "_"}[random.nextInt(5)]);
      }
      assertThat(like(string.toString(), pattern.toString()))
          .as("'%s' like '%s'", string, pattern)
          .isEqualTo(Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(string).matches());
    }
  }

  @Test
  void likeDoesNotExplode() {
    String string = "a".repeat(20_000);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    assertThat(like(string, "%a".repeat(500) + "%b")).isFalse();
    assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - start))
        .isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void likeOverColumns() {
    Table table =
        Table.of(Type.STRING).row("apple").row((Object) null).row("banana").row("apple").row("");
    assertThat(table.eval(col("a").like("%an%"))).containsExactly(false, null, true, false, false);
    assertThat(table.eval(col("a").like("apple"))).containsExactly(true, null, false, true, false);
    assertThat(table.eval(col("a").like(""))).containsExactly(false, null, false, false, true);
    assertThat(table.eval(lit("abc").like("a%").and(col("a").isNull())))
        .containsExactly(false, true, false, false, false);
  }

  @Test
  void aColumnOfOnlyNullsNeedsNoDictionary() {
    Table table = Table.of(Type.STRING, Type.LONG).row(null, 1L).row(null, 2L);
    assertThat(table.eval(col("a").like("x%"))).containsOnlyNulls();
    assertThat(table.eval(col("a").lower())).containsOnlyNulls();
    assertThat(table.eval(col("a").cast(Type.LONG))).containsOnlyNulls();
    assertThat(table.eval(col("a").length())).containsOnlyNulls();
    assertThat(table.eval(col("a").substring(1, -1))).containsOnlyNulls();
    assertThat(table.eval(col("a").concat(col("a")))).containsOnlyNulls();
  }

  @Test
  void changesCaseAndTrims() {
    Table table =
        Table.of(Type.STRING).row(" Straße ").row("\tİ ").row((Object) null).row("").row("  ");
    assertThat(table.eval(col("a").upper())).containsExactly(" STRASSE ", "\tİ ", null, "", "  ");
    assertThat(table.eval(col("a").lower()))
        .containsExactly(" straße ", "\ti\u0307 ", null, "", "  ");
    assertThat(table.eval(col("a").trim())).containsExactly("Straße", "\tİ", null, "", "");
    assertThat(table.eval(col("a").trim().upper().length())).containsExactly(7L, 2L, null, 0L, 0L);
  }

  @Test
  void countsCodePoints() {
    Table table = Table.of(Type.STRING).row("").row("a" + SMILE + "b").row((Object) null);
    assertThat(table.eval(col("a").length())).containsExactly(0L, 3L, null);
    assertThat(table.eval(col("a").substring(2, 1))).containsExactly("", SMILE, null);
    assertThat(table.eval(col("a").substring(3))).containsExactly("", "b", null);
  }

  @Test
  void substringTakesThePositionsThatThereAre() {
    assertThat(Strings.substring("hello", 2, 3)).isEqualTo("ell");
    assertThat(Strings.substring("hello", 0, 3)).isEqualTo("he");
    assertThat(Strings.substring("hello", -1, 2)).isEmpty();
    assertThat(Strings.substring("hello", -1, 3)).isEqualTo("h");
    assertThat(Strings.substring("hello", 1, 0)).isEmpty();
    assertThat(Strings.substring("hello", 5, 9)).isEqualTo("o");
    assertThat(Strings.substring("hello", 6, 9)).isEmpty();
    assertThat(Strings.substring("hello", Long.MIN_VALUE, Long.MAX_VALUE)).isEmpty();
    assertThat(Strings.substring("hello", Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
    assertThat(Strings.substring("hello", 2, Long.MAX_VALUE)).isEqualTo("ello");
    assertThat(Strings.substring("hello", 1, Long.MAX_VALUE)).isEqualTo("hello");
    assertThat(Strings.substring("hello", Long.MIN_VALUE)).isEqualTo("hello");
    assertThat(Strings.substring("hello", 0)).isEqualTo("hello");
    assertThat(Strings.substring("hello", 5)).isEqualTo("o");
    assertThat(Strings.substring(SMILE + SMILE, 2, 5)).isEqualTo(SMILE);
    assertThat(Strings.substring(SMILE + SMILE, 3, 5)).isEmpty();
  }

  @Test
  void substringWithColumnsAndNegativeLengths() {
    Table table =
        Table.of(Type.STRING, Type.LONG, Type.INT)
            .row("hello", 2L, 2)
            .row("hello", 2L, -1)
            .row(null, 2L, -1)
            .row("hello", null, 2)
            .row("hello", 9L, 2);
    assertThat(table.eval(col("a").substring(col("b"), col("c"))))
        .containsExactly("el", failed("negative length -1: substring(a, b, c)"), null, null, "");
    assertThat(table.eval(col("a").substring(col("b"))))
        .containsExactly("ello", "ello", null, null, "");
    Table.Failed negative = failed("negative length -2: substring(a, 1, -2)");
    assertThat(table.eval(col("a").substring(1, -2)))
        .containsExactly(negative, negative, null, negative, negative);
    assertThat(table.eval(col("a").substring(nothing(Type.LONG)))).containsOnlyNulls();
    assertThat(table.eval(col("a").substring(Long.MIN_VALUE)).get(0)).isEqualTo("hello");
  }

  @Test
  void concatenates() {
    Table table = Table.of(Type.STRING, Type.STRING).row("a", "b").row(null, "b").row("", "x");
    assertThat(table.eval(col("a").concat("-", col("b")))).containsExactly("a-b", null, "-x");
    assertThat(table.eval(lit("<").concat(col("a"), ">"))).containsExactly("<a>", null, "<>");
    assertThat(table.eval(col("a").concat(nothing(Type.STRING)))).containsOnlyNulls();
    assertThat(table.eval(lit("a").concat("b", "c"))).containsOnly("abc");
  }

  /** What was computed for a code is dropped when the code may have come to mean something else. */
  @Test
  void resultsAreNotKeptAcrossASweep() {
    Table table = Table.of(Type.STRING).row("Apple").row("Banana").row("Cherry");
    List<Kernel> kernels = new ArrayList<>();
    for (Expr expr :
        List.of(
            col("a").like("%an%"),
            col("a").lower(),
            col("a").concat("!"),
            col("a").ge("B"),
            col("a").substring(2, 2))) {
      kernels.add(ExprCompiler.compile(expr, table.schema, table.dictionary));
    }
    kernels.forEach(table::eval);
    CodeSet live = new CodeSet(table.dictionary.bound());
    live.add(table.batch.column(0).word(2));
    assertThat(table.dictionary.retain(live)).isGreaterThan(5);
    // The freed codes are handed out again, for other strings and in another order.
    for (String other : List.of("x", "yanz", "Zan", "mandarin", "cherry?")) {
      table.dictionary.intern(other);
    }
    Table after = new Table(table.schema, table.dictionary).row("mandarin").row("x").row("Cherry");
    assertThat(after.eval(kernels.get(0))).containsExactly(true, false, false);
    assertThat(after.eval(kernels.get(1))).containsExactly("mandarin", "x", "cherry");
    assertThat(after.eval(kernels.get(2))).containsExactly("mandarin!", "x!", "Cherry!");
    assertThat(after.eval(kernels.get(3))).containsExactly(true, true, true);
    assertThat(after.eval(kernels.get(4))).containsExactly("an", "", "he");
  }

  @Test
  void aFreedCodeOfANullRowIsNotRemembered() {
    Table table = Table.of(Type.STRING).row("gone").row((Object) null);
    Kernel kernel = ExprCompiler.compile(col("a").like("%an%"), table.schema, table.dictionary);
    table.eval(kernel);
    table.dictionary.retain(new CodeSet(table.dictionary.bound()));
    Table nulls = new Table(table.schema, table.dictionary).row((Object) null);
    assertThat(nulls.eval(kernel)).containsOnlyNulls();
    // Code 0 is free, and the word of a null; now it becomes a string, with no sweep in between.
    Table after = new Table(table.schema, table.dictionary).row("banana").row((Object) null);
    assertThat(after.batch.column(0).word(0)).isZero();
    assertThat(after.eval(kernel)).containsExactly(true, null);
  }
}
