/**
 * A clickstream kept as sessions, conversion, a funnel, page traffic and outcomes: what a tutorial
 * on Kafka and streaming SQL builds of several servers, in one process.
 */
package dev.leat.engine.examples.clickstream;
