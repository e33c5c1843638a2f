/**
 * What a snapshot of a table has: its files, what is deleted in them, and the rows that are left.
 */
package dev.leat.engine.iceberg.internal.scan;
