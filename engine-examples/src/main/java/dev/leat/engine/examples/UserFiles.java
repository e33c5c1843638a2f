package dev.leat.engine.examples;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/** Files and directories that a user names, with errors that say which and why. */
public final class UserFiles {
  private UserFiles() {}

  /** Checks that a file is there and can be read. */
  public static void requireReadable(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("cannot read " + file + ": it is a directory");
    }
    if (!Files.exists(file)) {
      throw new IOException("cannot read " + file + ": there is no such file");
    }
    if (!Files.isReadable(file)) {
      throw new IOException("cannot read " + file + ": permission denied");
    }
  }

  /** Makes a directory, if need be, and checks that files can be made in it. */
  public static void requireWritable(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".try", null));
    } catch (IOException e) {
      throw new IOException("cannot write to " + directory + ": " + reason(e), e);
    }
  }

  /** Writes a file of lines; what was in it before is gone. */
  public static void write(Path file, List<String> lines) throws IOException {
    try {
      Files.writeString(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new IOException("cannot write " + file + ": " + reason(e), e);
    }
  }

  /** What went wrong, in words. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
      return e.getMessage() + " is not a directory";
    }
    return String.valueOf(e.getMessage());
  }
}
