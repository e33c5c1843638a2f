/**
 * A clickstream joined with what is known of its users, sessions, devices, pages and campaigns, and
 * the figures of its sessions: what a demo of events over HTTP and a streaming database builds of
 * several servers, in one process.
 */
package dev.leat.engine.examples.enrichment;
