package dev.leat.engine.testkit;

import dev.leat.engine.testkit.IoCall.Kind;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Says which calls to the operating system go wrong, and how. A fault that cannot happen to a call
 * (see {@link Fault#appliesTo}) does not.
 */
@FunctionalInterface
public interface FaultPlan {
  /** What happens to a call; null if nothing does. */
  @Nullable Fault at(IoCall call);

  /** Nothing goes wrong. */
  static FaultPlan none() {
    return call -> null;
  }

  /** The n-th call goes wrong, counted from 1. */
  static FaultPlan nth(long n, Fault fault) {
    return call -> call.number() == n ? fault : null;
  }

  /** The n-th call of a kind goes wrong, counted from 1. */
  static FaultPlan nth(Kind kind, long n, Fault fault) {
    return call -> call.kind() == kind && call.numberOfKind() == n ? fault : null;
  }

  /** Every call from the n-th on goes wrong, counted from 1. */
  static FaultPlan from(long n, Fault fault) {
    return call -> call.number() >= n ? fault : null;
  }

  /** Every call of a kind from the n-th on goes wrong, counted from 1. */
  static FaultPlan from(Kind kind, long n, Fault fault) {
    return call -> call.kind() == kind && call.numberOfKind() >= n ? fault : null;
  }

  /**
   * Calls go wrong at random. One plan is for one run: it goes on where it is.
   *
   * @param perMille how many of a thousand
   * @param faults one of these, where it applies
   */
  static FaultPlan random(long seed, int perMille, List<Fault> faults) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Fault> choice = List.copyOf(faults);
    return call -> {
      Fault fault = choice.get(random.nextInt(choice.size()));
      return random.nextInt(1000) < perMille ? fault : null;
    };
  }

  /** What this plan says, and where it says nothing what another does. */
  default FaultPlan and(FaultPlan other) {
    return call -> {
      @Nullable Fault fault = at(call);
      @Nullable Fault second = other.at(call);
      return fault != null ? fault : second;
    };
  }
}
