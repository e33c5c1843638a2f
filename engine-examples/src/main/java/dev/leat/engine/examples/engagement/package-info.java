/**
 * Interactions with a web shop as live answers to six groups of questions: what a notebook on
 * Kafka, Spark and Iceberg computes in batch, kept up to date in one process.
 */
package dev.leat.engine.examples.engagement;
