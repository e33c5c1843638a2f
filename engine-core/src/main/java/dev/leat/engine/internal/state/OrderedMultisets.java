package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.Arrays;

/**
 * For each slot a multiset of tuples in their order ({@link TupleOrder}), of which the tuple at a
 * rank, the most frequent one, and all of them in order can be had.
 *
 * <p><b>Structure.</b> An entry for each different tuple, with its count, in {@link GroupRows};
 * that is what a checkpoint has. Over the entries of a slot stands a treap: a binary search tree
 * whose nodes are also a heap by a hash of their numbers, so that its depth is about twice the
 * logarithm of its size, whoever chooses the values (R. Seidel, C. R. Aragon, Randomized Search
 * Trees, 1996). A node knows how many tuples are below it and how often the most frequent of them
 * comes. Its shape never shows in a result.
 *
 * <p><b>Cost.</b> A change, a rank and the most frequent tuple: comparisons in the logarithm of the
 * slot's different tuples. Counts may be below zero while a batch is being taken in; an entry with
 * count 0 is gone.
 */
public final class OrderedMultisets {
  private static final int SLOT = 0;
  private static final int COUNT = 1;
  private static final int TUPLE = 2;
  private static final int NONE = 0;

  /** Of a node beside its entry: two children, a sum and a greatest count. */
  private static final int NODE_BYTES = 2 * Integer.BYTES + 2 * Long.BYTES;

  /** Takes tuples one by one. */
  public interface Visitor {
    /**
     * Takes one.
     *
     * @param words among which the tuple lies
     * @param from where it begins
     * @param times how often it is there
     * @return go on?
     */
    boolean visit(long[] words, int from, long times);
  }

  private final TupleOrder order;
  private final boolean isDistinct;
  private final Hashing hashing;
  private final GroupRows entries;

  // By node, which is the number of an entry and one more.
  private int[] left = new int[16];
  private int[] right = new int[16];
  private long[] sums = new long[16];
  private long[] greatest = new long[16];

  /** By slot. */
  private int[] roots = new int[16];

  // What is being added.
  private int slotOfAdded;
  private long[] added = new long[0];
  private long weight;

  /**
   * No tuples.
   *
   * @param isDistinct does a tuple count once, however often it is there?
   */
  public OrderedMultisets(TupleOrder order, boolean isDistinct, Hashing hashing) {
    this.order = order;
    this.isDistinct = isDistinct;
    this.hashing = hashing;
    this.entries = new GroupRows(TUPLE + order.stride());
  }

  /** Adds a tuple to a slot as often as the weight says, or takes it away. */
  public void add(int slot, long[] tuple, long times) {
    if (slot >= roots.length) {
      roots = Arrays.copyOf(roots, Math.max(slot + 1, 2 * roots.length));
    }
    slotOfAdded = slot;
    added = tuple;
    weight = times;
    roots[slot] = add(roots[slot]);
  }

  private int add(int node) {
    if (node == NONE) {
      int entry = entries.add();
      long[] page = entries.writable(entry);
      int from = entries.offset(entry);
      page[from + SLOT] = slotOfAdded;
      page[from + COUNT] = weight;
      System.arraycopy(added, 0, page, from + TUPLE, order.stride());
      return leaf(entry);
    }
    int entry = node - 1;
    int at = entries.offset(entry);
    int side = order.compare(added, 0, entries.page(entry), at + TUPLE);
    if (side == 0) {
      if ((entries.writable(entry)[at + COUNT] += weight) == 0) {
        entries.remove(entry);
        return merge(left[node], right[node]);
      }
    } else if (side < 0) {
      // In a variable, because adding may make the arrays others.
      int child = add(left[node]);
      left[node] = child;
      return settled(raised(node, child));
    } else {
      int child = add(right[node]);
      right[node] = child;
      return settled(raised(node, child));
    }
    return settled(node);
  }

  private int leaf(int entry) {
    int node = entry + 1;
    if (node >= left.length) {
      int size = 2 * node;
      left = Arrays.copyOf(left, size);
      right = Arrays.copyOf(right, size);
      sums = Arrays.copyOf(sums, size);
      greatest = Arrays.copyOf(greatest, size);
    }
    left[node] = NONE;
    right[node] = NONE;
    return settled(node);
  }

  private long priority(int node) {
    return hashing.hash(node);
  }

  /** Turns a child up that should stand above its parent; gives which of them is above. */
  private int raised(int node, int child) {
    if (child == NONE || priority(child) <= priority(node)) {
      return node;
    }
    if (left[node] == child) {
      left[node] = right[child];
      right[child] = node;
    } else {
      right[node] = left[child];
      left[child] = node;
    }
    settled(node);
    return child;
  }

  /** One tree of two, all of the first being before all of the second. */
  private int merge(int first, int second) {
    if (first == NONE || second == NONE) {
      return first == NONE ? second : first;
    }
    if (priority(first) > priority(second)) {
      right[first] = merge(right[first], second);
      return settled(first);
    }
    left[second] = merge(first, left[second]);
    return settled(second);
  }

  /** Computes anew what a node knows of what is below it. */
  private int settled(int node) {
    long times = times(node);
    sums[node] = sums[left[node]] + times + sums[right[node]];
    greatest[node] = Math.max(times, Math.max(greatest[left[node]], greatest[right[node]]));
    return node;
  }

  private long times(int node) {
    long count = entries.page(node - 1)[entries.offset(node - 1) + COUNT];
    return isDistinct ? Math.min(count, 1) : count;
  }

  private int root(int slot) {
    return slot < roots.length ? roots[slot] : NONE;
  }

  /** How many tuples a slot has. */
  public long size(int slot) {
    return sums[root(slot)];
  }

  /** The value of the tuple at a rank, from 0; there must be one, and its value not null. */
  public long at(int slot, long rank) {
    int node = root(slot);
    long rest = rank;
    while (true) {
      long before = sums[left[node]];
      if (rest < before) {
        node = left[node];
      } else if (rest < before + times(node)) {
        return value(node);
      } else {
        rest -= before + times(node);
        node = right[node];
      }
    }
  }

  /** The value that comes most often in a slot, the first of several; there must be one. */
  public long mode(int slot) {
    int node = root(slot);
    long most = greatest[node];
    while (true) {
      if (greatest[left[node]] == most) {
        node = left[node];
      } else if (times(node) == most) {
        return value(node);
      } else {
        node = right[node];
      }
    }
  }

  private long value(int node) {
    return TupleOrder.value(entries.page(node - 1), entries.offset(node - 1) + TUPLE);
  }

  /** Visits the tuples of a slot in order, until the visitor has enough. */
  public void forEach(int slot, Visitor visitor) {
    visit(root(slot), visitor);
  }

  private boolean visit(int node, Visitor visitor) {
    if (node == NONE) {
      return true;
    }
    int entry = node - 1;
    return visit(left[node], visitor)
        && visitor.visit(entries.page(entry), entries.offset(entry) + TUPLE, times(node))
        && visit(right[node], visitor);
  }

  /** Forgets the tuples of a slot. */
  public void clear(int slot) {
    if (root(slot) != NONE) {
      remove(roots[slot]);
      roots[slot] = NONE;
    }
  }

  private void remove(int node) {
    if (node != NONE) {
      remove(left[node]);
      remove(right[node]);
      entries.remove(node - 1);
    }
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return entries.bytes()
        + (long) entries.size() * NODE_BYTES
        + (long) roots.length * Integer.BYTES;
  }

  /** Adds the codes that its tuples hold. */
  public void mark(CodeSet live) {
    boolean[] isFree = entries.isFree();
    for (int entry = 0; entry < isFree.length; entry++) {
      if (!isFree[entry]) {
        order.mark(entries.page(entry), entries.offset(entry) + TUPLE, live);
      }
    }
  }

  /** The tuples as they are now. */
  public StateImage capture() {
    return entries.capture();
  }

  /** Takes over tuples that were captured; there must be none yet. */
  public void restore(StateReader in) {
    entries.restore(in);
    boolean[] isFree = entries.isFree();
    for (int entry = 0; entry < isFree.length; entry++) {
      if (!isFree[entry]) {
        long[] page = entries.page(entry);
        int from = entries.offset(entry);
        long slot = page[from + SLOT];
        StateFormat.check(slot >= 0 && slot <= Integer.MAX_VALUE, "slot of a tuple", slot);
        index((int) slot, entry);
      }
    }
  }

  /** Puts an entry that is there into the tree of its slot. */
  private void index(int slot, int entry) {
    if (slot >= roots.length) {
      roots = Arrays.copyOf(roots, Math.max(slot + 1, 2 * roots.length));
    }
    int node = leaf(entry);
    roots[slot] = insert(roots[slot], node);
  }

  private int insert(int node, int leaf) {
    if (node == NONE) {
      return leaf;
    }
    int entry = node - 1;
    int side =
        order.compare(
            entries.page(leaf - 1),
            entries.offset(leaf - 1) + TUPLE,
            entries.page(entry),
            entries.offset(entry) + TUPLE);
    StateFormat.check(side != 0, "a tuple that is there twice", leaf);
    if (side < 0) {
      left[node] = insert(left[node], leaf);
      return settled(raised(node, left[node]));
    }
    right[node] = insert(right[node], leaf);
    return settled(raised(node, right[node]));
  }
}
