/**
 * Care for a table beside those who write to it: files are put together, and what no commit has is
 * removed.
 */
package dev.leat.engine.iceberg.internal.care;
