package dev.leat.engine.internal.exec;

import java.util.List;

/**
 * Views that are being built.
 *
 * @param views their names
 * @param position up to where they have seen the log
 * @param target where they will be there, if no more rows come
 */
public record Building(List<String> views, long position, long target) {}
