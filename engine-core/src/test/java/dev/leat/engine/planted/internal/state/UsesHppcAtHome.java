package dev.leat.engine.planted.internal.state;

import com.carrotsearch.hppc.LongArrayList;

/** Breaks no rule: state is one home of hppc. */
final class UsesHppcAtHome {
  int size() {
    return new LongArrayList().size();
  }
}
