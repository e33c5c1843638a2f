/** Tools to test pipelines: virtual time, and a reference evaluator with random plans. */
package dev.leat.engine.testkit;
