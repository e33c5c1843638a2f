package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;

/** The queries that are compared, for the engine and in SQL. */
public enum Workload {
  /** Views, users and sessions of each page. */
  TRAFFIC(
      """
      SELECT page_url, count(*) AS views, count(DISTINCT user_id) AS users,
             count(DISTINCT session_id) AS sessions
      FROM clicks WHERE event_type = 'page_view' GROUP BY page_url""") {
    @Override
    Relation<Row> query(Relation<Click> clicks) {
      return clicks
          .where(typeIs("page_view"))
          .groupBy(Click::pageUrl)
          .aggregate(
              count().as("views"),
              countDistinct(Click::userId).as("users"),
              countDistinct(Click::sessionId).as("sessions"));
    }
  },

  /** What happened in each session. */
  SESSIONS(
      """
      SELECT session_id, user_id, device_type, country,
             min(event_ts) AS session_start, max(event_ts) AS session_end, count(*) AS events,
             count(*) FILTER (WHERE event_type = 'page_view') AS page_views,
             count(*) FILTER (WHERE event_type = 'add_to_cart') AS carts,
             count(*) FILTER (WHERE event_type = 'purchase') AS purchases
      FROM clicks GROUP BY session_id, user_id, device_type, country""") {
    @Override
    Relation<Row> query(Relation<Click> clicks) {
      return clicks
          .groupBy(Click::sessionId, Click::userId, Click::deviceType, Click::country)
          .aggregate(
              min(Click::eventTs).as("session_start"),
              max(Click::eventTs).as("session_end"),
              count().as("events"),
              count().where(typeIs("page_view")).as("page_views"),
              count().where(typeIs("add_to_cart")).as("carts"),
              count().where(typeIs("purchase")).as("purchases"));
    }
  },

  /** How many sessions came how far. */
  FUNNEL(
      """
      SELECT count(*) AS sessions, count(*) FILTER (WHERE viewed) AS viewed,
             count(*) FILTER (WHERE viewed AND carted) AS carted,
             count(*) FILTER (WHERE viewed AND carted AND purchased) AS purchased
      FROM (SELECT session_id, bool_or(event_type = 'page_view') AS viewed,
                   bool_or(event_type = 'add_to_cart') AS carted,
                   bool_or(event_type = 'purchase') AS purchased
            FROM clicks GROUP BY session_id)""") {
    @Override
    Relation<Row> query(Relation<Click> clicks) {
      Expr viewed = col("viewed");
      Expr carted = viewed.and(col("carted"));
      return clicks
          .groupBy(Click::sessionId)
          .aggregate(
              boolOr(typeIs("page_view")).as("viewed"),
              boolOr(typeIs("add_to_cart")).as("carted"),
              boolOr(typeIs("purchase")).as("purchased"))
          .aggregate(
              count().as("sessions"),
              where(viewed, "viewed"),
              where(carted, "carted"),
              where(carted.and(col("purchased")), "purchased"));
    }
  };

  private final String sql;

  Workload(String sql) {
    this.sql = sql;
  }

  private static Expr typeIs(String type) {
    return col(Click::eventType).eq(type);
  }

  private static AggregateCall where(Expr condition, String name) {
    return count().where(condition).as(name);
  }

  abstract Relation<Row> query(Relation<Click> clicks);

  /** The query as a pipeline with one view, of this name. */
  public Pipeline pipeline() {
    return Pipeline.define(p -> query(p.stream("clicks", Click.class)).materialize(name()));
  }

  /** A pipeline of the views of all workloads. */
  public static Pipeline all() {
    return Pipeline.define(
        p -> {
          Relation<Click> clicks = p.stream("clicks", Click.class);
          for (Workload workload : values()) {
            workload.query(clicks).materialize(workload.name());
          }
        });
  }

  /** The query in SQL. */
  public String sql() {
    return sql;
  }
}
