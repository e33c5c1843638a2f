package dev.leat.engine.examples.soak;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events without end over a bounded number of keys, each made from its writer and its number alone,
 * and what an engine has of them.
 */
final class SoakEvents {
  /** How many append at once. */
  static final int WRITERS = 2;

  /** How many events are appended at once, all or none. */
  static final int BATCH = 50;

  private static final int PAGES = 200;
  private static final int USERS = 1000;

  /** An event; a writer numbers its own from 0. */
  record Event(int writer, long number, String page, String user, long amount) {}

  /** A view: what came of each writer. */
  record Writer(int writer, long events, Long last, Long amount) {}

  /** A view: what came to each page. */
  record Page(String page, long events, long users, Long amount) {}

  /**
   * What an engine has.
   *
   * @param lost how many acknowledged events it has not
   * @param doubled how many it has again
   * @param wrong what else is wrong; empty if nothing is
   * @param events how many of each writer it has
   */
  record Found(long lost, long doubled, String wrong, List<Long> events) {}

  private SoakEvents() {}

  static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<Event> events = p.stream("events", Event.class);
          events
              .groupBy(Event::writer)
              .aggregate(
                  count().as("events"),
                  max(Event::number).as("last"),
                  sum(Event::amount).as("amount"))
              .as(Writer.class)
              .materialize("writers");
          events
              .groupBy(Event::page)
              .aggregate(
                  count().as("events"),
                  countDistinct(Event::user).as("users"),
                  sum(Event::amount).as("amount"))
              .as(Page.class)
              .materialize("pages");
        });
  }

  private static int mixed(int writer, long number) {
    long x = (number * WRITERS + writer) * 0x9E3779B97F4A7C15L;
    return (int) ((x ^ (x >>> 32)) & Integer.MAX_VALUE);
  }

  static Event event(int writer, long number) {
    int mixed = mixed(writer, number);
    return new Event(
        writer, number, "/page/" + mixed % PAGES, "user" + mixed / PAGES % USERS, mixed % 1000);
  }

  /** Looks what an engine has when it was opened. */
  static Found find(Engine engine, List<Long> acknowledged) {
    long lost = 0;
    long doubled = 0;
    String wrong = "";
    List<Long> held = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Writer writer = engine.view("writers", Writer.class).get(i).orElse(new Writer(i, 0, -1L, 0L));
      long events = writer.last() + 1;
      lost += Math.max(0, acknowledged.get(i) - Math.min(events, writer.events()));
      doubled += Math.max(0, writer.events() - events);
      if (events % BATCH != 0 || events > acknowledged.get(i) + BATCH) {
        wrong = "not whole appends of writer " + i + ": " + writer;
      }
      held.add(events);
    }
    if (wrong.isEmpty() && lost == 0 && doubled == 0) {
      wrong = difference(engine, held);
    }
    return new Found(lost, doubled, wrong, held);
  }

  /** Computes the pages again from all events, and compares. */
  private static String difference(Engine engine, List<Long> held) {
    long[] events = new long[PAGES];
    long[] amounts = new long[PAGES];
    List<BitSet> users = new ArrayList<>();
    for (int page = 0; page < PAGES; page++) {
      users.add(new BitSet());
    }
    for (int writer = 0; writer < WRITERS; writer++) {
      for (long number = 0; number < held.get(writer); number++) {
        int mixed = mixed(writer, number);
        events[mixed % PAGES]++;
        amounts[mixed % PAGES] += mixed % 1000;
        users.get(mixed % PAGES).set(mixed / PAGES % USERS);
      }
    }
    Map<String, Page> expected = new HashMap<>();
    for (int page = 0; page < PAGES; page++) {
      if (events[page] > 0) {
        String name = "/page/" + page;
        expected.put(
            name, new Page(name, events[page], users.get(page).cardinality(), amounts[page]));
      }
    }
    Map<String, Page> found = new HashMap<>();
    engine.view("pages", Page.class).scan().forEach(page -> found.put(page.page(), page));
    return found.equals(expected) ? "" : "pages are " + found + " and not " + expected;
  }
}
