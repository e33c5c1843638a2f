package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;

/**
 * A part of an engine's state, and the section of a checkpoint that it is found in.
 *
 * @param name may be that of another part too, whose state is always equal
 */
record StatePart(String name, Checkpointed state) {}
