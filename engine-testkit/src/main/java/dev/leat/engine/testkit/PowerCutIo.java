package dev.leat.engine.testkit;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/*
 * A tree of nodes mirrors the directory. A file's node has what was forced of it; what it holds now is
 * on the real disk. A directory's node has the names that were forced and the changes since, in order.
 *
 * Others may map the files and create some of their own. What they write to a mapping is seen when the
 * file is forced or the power is cut, since a mapping and the file are the same; what they create is
 * found by listing the directory.
 *
 * A file that is mapped is long and sparse. Only its beginning is looked at, as far as something was
 * written there through the seam (its owner reserves space that way) or was there at first.
 */
/**
 * The real files below a directory, and what would be left of them if the power failed: the bytes
 * that were forced; of those written later some sectors of 512 bytes and others not; the names that
 * were forced with their directory; of names created, renamed and deleted later some and others
 * not. A rename within a directory is done or not done, nothing between.
 *
 * <p>It leaves the directory itself alone and makes the remains somewhere else, so the engine that
 * is running notices nothing, and is closed afterwards. One directory and one seed give the same
 * remains.
 *
 * <pre>{@code
 * PowerCutIo io = new PowerCutIo(directory);
 * io.cutBefore(17, 42, remains); // the 17th time that something is forced or named anew
 * ... work through io, until io.isCut() ...
 * ... open the remains: whatever was acknowledged before the cut must be there ...
 * }</pre>
 *
 * <p>Nothing is really forced, which makes it fast. All threads may use it.
 */
public final class PowerCutIo implements Io {
  private static final int SECTOR_BYTES = 512;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long MAX_ZEROS = 4L << 20;
  private static final byte[] NOTHING = {};

  /** A file or a directory, whatever its name. */
  private abstract static class Node {}

  private static final class FileNode extends Node {
    private byte[] forced = NOTHING;
    private long forcedSize;
    private long extent;
    private byte[] last = NOTHING;
    private long lastSize;
    private boolean isDeleted;
  }

  /** A change of names; a create has no old name, a delete no new one. */
  private record Change(@Nullable String from, @Nullable String to, Node node) {
    void applyTo(Map<String, Node> names) {
      if (from != null && names.get(from) == node) {
        names.remove(from);
      }
      if (to != null) {
        names.put(to, node);
      }
    }
  }

  private static final class DirectoryNode extends Node {
    private final Map<String, Node> now = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private Map<String, Node> forced = new TreeMap<>();

    void change(@Nullable String from, @Nullable String to, Node node) {
      Change change = new Change(from, to, node);
      change.applyTo(now);
      changes.add(change);
    }

    void force() {
      forced = new TreeMap<>(now);
      changes.clear();
    }
  }

  private final Io real = SystemIo.INSTANCE;
  private final Path root;
  private final DirectoryNode rootNode = new DirectoryNode();
  private long calls;
  private long cutAt = -1;
  private long cutSeed;
  private @Nullable Path cutTarget;
  private volatile boolean isCut;

  /**
   * What is below a directory now counts as forced.
   *
   * @param root exists; nothing outside of it is remembered
   */
  public PowerCutIo(Path root) throws IOException {
    this.root = root.toAbsolutePath().normalize();
    load(rootNode, this.root);
  }

  private void load(DirectoryNode directory, Path path) throws IOException {
    for (Path child : real.list(path)) {
      Node node;
      if (Files.isDirectory(child)) {
        DirectoryNode loaded = new DirectoryNode();
        load(loaded, child);
        node = loaded;
      } else {
        FileNode file = new FileNode();
        file.extent = extentOf(child);
        force(file, child);
        node = file;
      }
      directory.now.put(child.getFileName().toString(), node);
    }
    directory.force();
  }

  /**
   * Plans a cut: right before one of the following calls that force something, or that create,
   * rename or delete a name.
   *
   * @param call which one; 0 is the next
   * @param target where the remains are made; must not exist
   */
  public synchronized void cutBefore(long call, long seed, Path target) {
    cutAt = calls + call;
    cutSeed = seed;
    cutTarget = target;
  }

  /** Is the power cut? What is done from then on changes nothing in the remains. */
  public boolean isCut() {
    return isCut;
  }

  /** How many calls so far forced something or changed names. */
  public synchronized long calls() {
    return calls;
  }

  /**
   * Makes what would be left if the power failed now.
   *
   * @param target must not exist
   */
  public synchronized void cut(long seed, Path target) throws IOException {
    isCut = true;
    Files.createDirectories(target);
    leave(rootNode, root, target, new SplittableRandom(seed));
  }

  private void leave(
      DirectoryNode directory, @Nullable Path path, Path target, SplittableRandom random)
      throws IOException {
    if (path != null) {
      discover(directory, path);
    }
    Map<String, Node> names = new TreeMap<>(directory.forced);
    for (Change change : directory.changes) {
      if (random.nextBoolean()) {
        change.applyTo(names);
      }
    }
    for (Map.Entry<String, Node> entry : names.entrySet()) {
      Node node = entry.getValue();
      @Nullable Path place = path == null ? null : place(directory, path, node);
      Path copy = target.resolve(entry.getKey());
      if (node instanceof DirectoryNode inner) {
        Files.createDirectories(copy);
        leave(inner, place, copy, random);
      } else if (node instanceof FileNode file) {
        leave(file, place, copy, random);
      }
    }
  }

  /** Where a node is now; null if it is nowhere. */
  private static @Nullable Path place(DirectoryNode directory, Path path, Node node) {
    for (Map.Entry<String, Node> entry : directory.now.entrySet()) {
      if (entry.getValue() == node) {
        return path.resolve(entry.getKey());
      }
    }
    return null;
  }

  private static void leave(FileNode file, @Nullable Path place, Path copy, SplittableRandom random)
      throws IOException {
    if (place != null && !file.isDeleted) {
      remember(file, place);
    }
    byte[] content = Arrays.copyOf(file.last, Math.max(file.last.length, file.forced.length));
    byte[] forced = Arrays.copyOf(file.forced, content.length);
    // Some cuts come before anything was written back, others after nearly all of it.
    double share = random.nextInt(3) / 2.0;
    for (int at = 0; at < content.length; at += SECTOR_BYTES) {
      int end = Math.min(content.length, at + SECTOR_BYTES);
      boolean isSame = Arrays.equals(content, at, end, forced, at, end);
      double chance = share == 0.5 ? 0.5 : 0.05 + 0.9 * share;
      if (!isSame && random.nextDouble() >= chance) {
        System.arraycopy(forced, at, content, at, end - at);
      }
    }
    long size = random.nextBoolean() ? file.forcedSize : file.lastSize;
    try (RandomAccessFile raf = new RandomAccessFile(copy.toFile(), "rw")) {
      raf.write(content, 0, (int) Math.min(size, content.length));
      raf.setLength(size);
    }
  }

  /** Notices names that others created. */
  private void discover(DirectoryNode directory, Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return;
    }
    for (Path child : real.list(path)) {
      String name = child.getFileName().toString();
      if (!directory.now.containsKey(name)) {
        directory.change(
            null, name, Files.isDirectory(child) ? new DirectoryNode() : new FileNode());
      }
    }
  }

  /** Reads what a file holds now. */
  private static void remember(FileNode file, Path place) throws IOException {
    if (!Files.exists(place)) {
      return;
    }
    try (RandomAccessFile raf = new RandomAccessFile(place.toFile(), "r")) {
      file.lastSize = raf.length();
      long most = file.extent == 0 ? CHUNK_BYTES : file.extent;
      byte[] bytes = new byte[(int) Math.min(file.lastSize, most)];
      raf.readFully(bytes);
      file.last = bytes;
    }
  }

  private static void force(FileNode file, Path place) throws IOException {
    remember(file, place);
    file.forced = file.last;
    file.forcedSize = file.lastSize;
  }

  /**
   * Where the last byte is that is not zero; behind some megabytes of zeros nothing is looked for.
   */
  private static long extentOf(Path file) throws IOException {
    byte[] bytes = new byte[CHUNK_BYTES];
    long extent = 0;
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "r")) {
      long at = 0;
      for (int count = raf.read(bytes); count > 0; count = raf.read(bytes)) {
        int end = count;
        while (end > 0 && bytes[end - 1] == 0) {
          end--;
        }
        extent = end > 0 ? at + end : extent;
        at += count;
        if (at - extent > MAX_ZEROS) {
          break;
        }
      }
    }
    return extent;
  }

  /** Counts a call, and cuts the power before it if that was planned. */
  private void called() throws IOException {
    Path target = cutTarget;
    if (calls == cutAt && target != null && !isCut) {
      cut(cutSeed, target);
    }
    calls++;
  }

  private boolean isBelow(Path path) {
    return absolute(path).startsWith(root);
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private DirectoryNode directory(Path path) throws IOException {
    DirectoryNode node = rootNode;
    Path place = root;
    for (Path name : root.relativize(absolute(path))) {
      if (name.toString().isEmpty()) {
        continue;
      }
      discover(node, place);
      if (!(node.now.get(name.toString()) instanceof DirectoryNode inner)) {
        throw new IOException("not a directory: " + path);
      }
      node = inner;
      place = place.resolve(name);
    }
    return node;
  }

  private DirectoryNode parent(Path path) throws IOException {
    Path parent = absolute(path).getParent();
    if (parent == null) {
      throw new IOException("no parent: " + path);
    }
    DirectoryNode node = directory(parent);
    discover(node, parent);
    return node;
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  @Override
  public synchronized IoFile open(Path file, Access access) throws IOException {
    boolean isNew = access == Access.CREATE && !real.exists(file);
    if (isNew && isBelow(file)) {
      called();
    }
    IoFile opened = real.open(file, access);
    if (!isBelow(file)) {
      return opened;
    }
    if (parent(file).now.get(name(file)) instanceof FileNode node) {
      return new WatchedFile(absolute(file), node, opened);
    }
    opened.close();
    throw new IOException("not a file: " + file);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return real.exists(path);
  }

  @Override
  public long lastModifiedMillis(Path file) throws IOException {
    return real.lastModifiedMillis(file);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return real.list(directory);
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    if (!isBelow(directory) || real.exists(directory)) {
      real.createDirectories(directory);
      return;
    }
    Path parent = absolute(directory).getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    called();
    real.createDirectories(directory);
    parent(directory); // finds it
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    if (!isBelow(path)) {
      real.delete(path);
      return;
    }
    called();
    DirectoryNode parent = parent(path);
    Node node = parent.now.get(name(path));
    if (node instanceof FileNode file) {
      remember(file, path);
      file.isDeleted = true;
    }
    real.delete(path);
    if (node != null) {
      parent.change(name(path), null, node);
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    called();
    DirectoryNode source = parent(from);
    DirectoryNode target = parent(to);
    Node node = source.now.get(name(from));
    real.rename(from, to);
    if (node == null) {
      throw new IOException("it was not there: " + from);
    }
    if (source == target) {
      source.change(name(from), name(to), node);
    } else {
      source.change(name(from), null, node);
      target.change(null, name(to), node);
    }
  }

  @Override
  public synchronized void forceDirectory(Path directory) throws IOException {
    if (!isBelow(directory)) {
      return;
    }
    called();
    DirectoryNode node = directory(directory);
    discover(node, absolute(directory));
    node.force();
  }

  @Override
  public long usableSpace(Path path) throws IOException {
    return real.usableSpace(path);
  }

  @Override
  public IoLock lock(Path file, String note) throws IOException {
    return real.lock(file, note);
  }

  @Override
  public long nanoTime() {
    return real.nanoTime();
  }

  @Override
  public long currentTimeMillis() {
    return real.currentTimeMillis();
  }

  @Override
  public UUID newId() {
    return real.newId();
  }

  /** An open file. */
  private final class WatchedFile implements IoFile {
    private final Path opened;
    private final FileNode node;
    private final IoFile file;

    WatchedFile(Path opened, FileNode node, IoFile file) {
      this.opened = opened;
      this.node = node;
      this.file = file;
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int length) throws IOException {
      return file.read(position, buffer, offset, length);
    }

    @Override
    public void write(long position, byte[] buffer, int offset, int length) throws IOException {
      synchronized (PowerCutIo.this) {
        file.write(position, buffer, offset, length);
        node.extent = Math.max(node.extent, position + length);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (PowerCutIo.this) {
        called();
        // Read through the open file: it may have another name by now.
        node.lastSize = file.size();
        node.last = new byte[(int) Math.min(node.lastSize, node.extent)];
        if (file.read(0, node.last, 0, node.last.length) < node.last.length) {
          throw new UncheckedIOException(new IOException("cut short while read: " + opened));
        }
        node.forced = node.last;
        node.forcedSize = node.lastSize;
      }
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (PowerCutIo.this) {
        called();
        file.truncate(size);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
