package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/*
 * The file FORMAT, three lines, each with its line feed:
 *
 *   leat-log 3
 *   id 6f2c1a52-54a5-4f5e-8f0a-3d1d0a5f9b11
 *   crc32c 1c291ca3
 *
 * The sum is of all that comes before its line. A later version may say other things between the
 * first and the last line, and must keep these two: then a version that is not known is told from
 * one that is damaged. Versions 1 and 2 had no sum, and no release has written them.
 */
/** What the file FORMAT says of a log: its version, and a name that no other log has. */
record LogFormat(UUID id) {
  private static final int VERSION = 3;
  private static final int MAX_BYTES = 4096;
  private static final String SUM = "crc32c ";
  private static final Pattern FRAME =
      Pattern.compile("(leat-log ([1-9]\\d{0,8})\\n.*)" + SUM + "([0-9a-f]{8})\\n", Pattern.DOTALL);
  private static final Pattern BODY = Pattern.compile("leat-log \\d+\\nid ([0-9a-f-]{36})\\n");

  /**
   * Reads the file.
   *
   * @throws EngineException CORRUPT if it is damaged, INVALID if a newer version of the library
   *     wrote it
   */
  static LogFormat read(Io io, Path path) throws IOException {
    byte[] bytes = new byte[MAX_BYTES];
    int length;
    try (IoFile file = io.open(path, Io.Access.READ)) {
      length = file.read(0, bytes, 0, bytes.length);
    }
    // One character for each byte, so that the sum is of the bytes that are there.
    Matcher frame = FRAME.matcher(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    if (!frame.matches()) {
      throw damaged(path, 0, "it does not begin with \"leat-log N\" and end with its checksum");
    }
    String said = frame.group(1);
    if (!frame.group(3).equals(sum(said))) {
      throw damaged(path, 0, "its checksum is wrong");
    }
    int version = Integer.parseInt(frame.group(2));
    if (version != VERSION) {
      throw new EngineException(
          Kind.INVALID,
          "the event log was written by another version of the library; open it with that one:"
              + " file="
              + path
              + " format="
              + version
              + " known_format="
              + VERSION);
    }
    Matcher body = BODY.matcher(said);
    if (!body.matches()) {
      throw damaged(path, said.indexOf('\n') + 1, "it does not say the id of the log");
    }
    try {
      return new LogFormat(UUID.fromString(body.group(1)));
    } catch (IllegalArgumentException e) {
      throw damaged(path, said.indexOf('\n') + 1, "the id of the log is none: " + e.getMessage());
    }
  }

  private static EngineException damaged(Path path, int offset, String why) {
    return new EngineException(
        Kind.CORRUPT,
        "the format file of the event log is damaged: "
            + why
            + "; restore it from a backup of this directory: file="
            + path
            + " offset="
            + offset);
  }

  /** Writes the file, complete or not at all; when this returns, it is durable. */
  void write(Io io, Path path) throws IOException {
    Path draft = path.resolveSibling(path.getFileName() + ".new");
    byte[] bytes = text().getBytes(StandardCharsets.ISO_8859_1);
    try (IoFile file = io.open(draft, Io.Access.CREATE)) {
      file.truncate(0);
      file.write(0, bytes, 0, bytes.length);
      file.force();
    }
    io.rename(draft, path);
    Path directory = path.getParent();
    if (directory != null) {
      io.forceDirectory(directory);
    }
  }

  private String text() {
    String said = "leat-log " + VERSION + "\nid " + id + "\n";
    return said + SUM + sum(said) + "\n";
  }

  private static String sum(String said) {
    CRC32C crc = new CRC32C();
    crc.update(said.getBytes(StandardCharsets.ISO_8859_1));
    return String.format("%08x", crc.getValue());
  }
}
