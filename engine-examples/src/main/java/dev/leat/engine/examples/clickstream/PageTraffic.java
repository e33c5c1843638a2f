package dev.leat.engine.examples.clickstream;

/** How often a page was viewed, by how many users, in how many sessions. */
public record PageTraffic(String pageUrl, long totalViews, long uniqueUsers, long uniqueSessions) {}
