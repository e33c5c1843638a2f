package dev.leat.engine.planted;

import com.carrotsearch.hppc.LongArrayList;

/** Breaks a rule: hppc belongs to state and operators. */
final class UsesHppc {
  int size() {
    return new LongArrayList().size();
  }
}
