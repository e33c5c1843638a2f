/**
 * What a sink does: changes become files ({@link
 * dev.leat.engine.iceberg.internal.write.TableChanges}, in three ways), the files become one commit
 * with the place of the sink ({@link dev.leat.engine.iceberg.internal.write.IcebergSession}).
 */
package dev.leat.engine.iceberg.internal.write;
