package dev.leat.engine.examples.shop;

import dev.leat.engine.Engine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.RowText;
import dev.leat.engine.examples.ShownView;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * The views as tables that are drawn over and over at the same place of a terminal. What it changed
 * of the terminal is undone when it is closed, also by Ctrl-C.
 */
final class LivePage implements Display {
  private static final String CLEAR = "\u001b[2J";
  private static final String HOME = "\u001b[H";
  private static final String END_OF_LINE = "\u001b[K";
  private static final String END_OF_PAGE = "\u001b[J";

  /** Lines are cut at the right, and there is no cursor. */
  private static final String BEGIN = "\u001b[?7l\u001b[?25l";

  private static final String END = "\u001b[?7h\u001b[?25h";
  private static final int ALERTS = 4;

  /** The time above all, the title of the alerts, and the cursor's line. */
  private static final int LINES_BESIDE = 3;

  private final Engine engine;
  private final PrintStream out;
  private final int lines;
  private final List<ShownView> views;
  private final Deque<String> alerts = new ArrayDeque<>();
  private final Thread onInterrupt = new Thread(this::restore, "restore-terminal");

  /**
   * Nothing is drawn yet.
   *
   * @param lines how many the terminal has
   */
  LivePage(Engine engine, int lines, PrintStream out) {
    this.engine = engine;
    this.out = out;
    this.lines = lines;
    this.views = fitting(ShopView.ALL, lines - ALERTS - LINES_BESIDE);
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    out.print(BEGIN + CLEAR);
  }

  /** The views with as many rows as there is place for, and one at least. */
  static List<ShownView> fitting(List<ShownView> views, int lines) {
    // Each has a title and a heading.
    int place = lines - 2 * views.size();
    int wanted = views.stream().mapToInt(ShownView::limit).sum();
    if (place >= wanted) {
      return views;
    }
    return views.stream()
        .map(view -> view.withLimit(Math.max(1, view.limit() * place / wanted)))
        .toList();
  }

  @Override
  public void alert(Instant now, String text) {
    alerts.addFirst(now + "  " + text);
    if (alerts.size() > ALERTS) {
      alerts.removeLast();
    }
  }

  @Override
  public void passed(Instant now) {
    // The page shows what there is when it is drawn.
  }

  @Override
  public void draw(Instant now) {
    List<String> page = new ArrayList<>();
    page.add(
        String.format(Locale.ROOT, "%s  %,d events  (Ctrl-C stops)", now, Report.accepted(engine)));
    page.addAll(Report.compact(engine, views));
    page.add("Alerts, the latest first");
    alerts.forEach(alert -> page.add("  " + alert));
    StringBuilder text = new StringBuilder(HOME);
    for (String line : page.subList(0, Math.min(page.size(), lines - 1))) {
      text.append(RowText.printable(line)).append(END_OF_LINE).append('\n');
    }
    out.print(text.append(END_OF_PAGE));
    out.flush();
  }

  private void restore() {
    out.print(END);
    out.flush();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException e) {
      return; // The process is ending, and the hook restores the terminal.
    }
    restore();
  }
}
