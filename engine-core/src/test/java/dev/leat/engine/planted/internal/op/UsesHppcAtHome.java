package dev.leat.engine.planted.internal.op;

import com.carrotsearch.hppc.LongArrayList;

/** Breaks no rule: operators are the other home of hppc. */
final class UsesHppcAtHome {
  int size() {
    return new LongArrayList().size();
  }
}
