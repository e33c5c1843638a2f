package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.plan.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Failures of operators that are being built: held back until they take part, since a build that is
 * not finished begins again. From then on they go to the ledger. One thread.
 */
final class HeldFailures implements Failures {
  private final Dictionary dictionary;
  private final int maxRows;
  private final ArrayDeque<Ledger.Entry> latest = new ArrayDeque<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private long position;
  private @Nullable Ledger ledger;

  /**
   * None yet.
   *
   * @param maxRows how many the ledger keeps; of more, only the latest are held
   */
  HeldFailures(Dictionary dictionary, int maxRows) {
    this.dictionary = dictionary;
    this.maxRows = maxRows;
  }

  /** Sets the position of those that come now. */
  void startEpoch(long epochPosition) {
    position = epochPosition;
  }

  @Override
  public void report(String place, String reason, Schema schema, Batch batch, int row) {
    Ledger target = ledger;
    if (target != null) {
      target.report(place, reason, schema, batch, row);
      return;
    }
    String text = Ledger.text(schema, batch, row, dictionary.values());
    if (latest.size() == maxRows) {
      latest.remove();
    }
    latest.add(new Ledger.Entry(position, place, Ledger.bounded(reason), Ledger.bounded(text)));
    counts.merge(place, 1L, Long::sum);
  }

  /** The latest. */
  List<Ledger.Entry> latest() {
    return new ArrayList<>(latest);
  }

  /** How many there were, by source. */
  Map<String, Long> counts() {
    return counts;
  }

  /** Gives what was held to the ledger, and from now on all that comes. */
  void release(Ledger to) {
    to.takeOver(this);
    latest.clear();
    counts.clear();
    ledger = to;
  }
}
