package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Schema;

/**
 * Gives each distinct key a slot: a small number by which operators keep their state in arrays.
 * Slots count up in the order in which keys come; those of removed keys are given out again, the
 * last removed first. So slots depend on the rows alone, not on hashes or codes.
 */
public interface GroupKeys {
  /** Keys of some columns, by index, of a schema. */
  static GroupKeys of(Schema schema, int[] columns, Hashing hashing) {
    return columns.length == 1 && schema.field(columns[0]).type().isEncoded()
        ? new CodeKeyTable(columns[0])
        : new KeyTable(KeyLayout.of(schema, columns), hashing);
  }

  /**
   * Finds the slots of the selected rows' keys; makes new ones for new keys.
   *
   * @param slots is given the slot of each selected row, at the row's index
   */
  void findOrAdd(Batch batch, int[] slots);

  /** All slots are below this. */
  int bound();

  /** Removes the key of a slot; the slot may be given to another key. */
  void remove(int slot);

  /** Copies a key column of some slots into a column: each into two rows, one behind the other. */
  void write(int keyColumn, int[] slots, int count, Column out);

  /**
   * Adds the codes that its keys hold.
   *
   * @param keySchema of the key columns
   */
  void mark(Schema keySchema, CodeSet live);
}
