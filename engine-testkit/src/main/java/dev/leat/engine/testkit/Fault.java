package dev.leat.engine.testkit;

import dev.leat.engine.testkit.IoCall.Kind;
import java.util.EnumSet;
import java.util.Set;

/** What can go wrong with a call to the operating system. */
public enum Fault {
  /** "Input/output error"; nothing is done. A file that fails to close is closed nevertheless. */
  EIO,
  /**
   * "No space left on device"; nothing is done. Whoever asks for the space left is told 0 bytes.
   */
  ENOSPC,
  /** Half of the bytes are written, then there is no space left. */
  SHORT_WRITE,
  /** The process dies before the call. */
  KILL_BEFORE,
  /** The process dies after the call; of a write, after half of it. */
  KILL_AFTER;

  private static final Set<Kind> TAKE_SPACE =
      EnumSet.of(
          Kind.OPEN,
          Kind.WRITE,
          Kind.FORCE,
          Kind.CREATE_DIRECTORIES,
          Kind.RENAME,
          Kind.USABLE_SPACE,
          Kind.LOCK);

  /** Can this happen to such a call? */
  public boolean appliesTo(Kind kind) {
    return switch (this) {
      case ENOSPC -> TAKE_SPACE.contains(kind);
      case SHORT_WRITE -> kind == Kind.WRITE;
      case EIO, KILL_BEFORE, KILL_AFTER -> true;
    };
  }

  /** Does the process end here? */
  public boolean isDeath() {
    return this == KILL_BEFORE || this == KILL_AFTER;
  }
}
