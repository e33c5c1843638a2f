/** The proof that a table is a view: both as bags of rows, at one position. */
package dev.leat.engine.iceberg.internal.reconcile;
