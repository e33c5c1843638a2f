/**
 * The keys of rows as 128 bits that stand for them, from changes and from the values of files, and
 * tables of them.
 */
package dev.leat.engine.iceberg.internal.key;
