package dev.leat.engine.examples;

import java.nio.file.Path;

/**
 * A file that a user gives.
 *
 * @param input that takes its rows
 * @param file of NDJSON
 */
public record InputFile(String input, Path file) {}
