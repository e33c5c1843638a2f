/**
 * Where tables are: catalogs, in a folder or behind REST, and the files of a store, local or S3.
 * {@link dev.leat.engine.iceberg.internal.catalog.FencedOperations} is what makes a commit exactly
 * once. The libraries for S3 are named here only.
 */
package dev.leat.engine.iceberg.internal.catalog;
