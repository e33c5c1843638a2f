/** Tools to test pipelines: virtual time, a reference evaluator, faulty I/O. */
package dev.leat.engine.testkit;
