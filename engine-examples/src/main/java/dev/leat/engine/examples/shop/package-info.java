/**
 * A web shop watched live: funnel, sessions, carts that are left behind, products, searches, and
 * traffic that is unlike that of the hours before. Rows come and go as time passes.
 */
package dev.leat.engine.examples.shop;
