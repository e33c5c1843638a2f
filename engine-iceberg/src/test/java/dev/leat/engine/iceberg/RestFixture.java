package dev.leat.engine.iceberg;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.apache.iceberg.rest.RESTCatalogServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * A REST catalog and an S3 store, both on loopback: Iceberg's catalog for its own tests, over a
 * database of SQLite, and s3proxy, a program of its own that keeps objects as files.
 */
final class RestFixture implements AutoCloseable {
  static final String KEY = "a-key";
  static final String SECRET = "a-secret-that-nobody-sees";
  private static final String BUCKET = "lake";
  private static final Pattern STARTED =
      Pattern.compile("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}");

  private final Path directory;
  private final Process proxy;
  private final JdbcCatalog backend;
  private final Server server;
  private final URI store;

  private RestFixture(
      Path directory, Process proxy, JdbcCatalog backend, Server server, URI store) {
    this.directory = directory;
    this.proxy = proxy;
    this.backend = backend;
    this.server = server;
    this.store = store;
  }

  /** Starts both; what they keep is below a directory. */
  static RestFixture start(Path directory) throws Exception {
    Files.createDirectories(directory.resolve("objects").resolve(BUCKET));
    Process proxy = startProxy(directory);
    URI store = storeOf(proxy);
    JdbcCatalog backend =
        new JdbcCatalog(properties -> s3(store).address().open(properties), null, true);
    backend.initialize(
        "backend",
        Map.of(
            CatalogProperties.URI,
            "jdbc:sqlite:" + directory.resolve("backend.db"),
            CatalogProperties.WAREHOUSE_LOCATION,
            "s3://" + BUCKET + "/warehouse",
            CatalogProperties.CLIENT_POOL_SIZE,
            "1",
            "jdbc.schema-version",
            "V1",
            "jdbc.synchronous",
            "OFF"));
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(
        new ServletHolder(new RESTCatalogServlet(new RESTCatalogAdapter(backend))), "/*");
    server.setHandler(context);
    server.start();
    return new RestFixture(directory, proxy, backend, server, store);
  }

  private static Process startProxy(Path directory) throws IOException {
    Path settings = directory.resolve("s3proxy.properties");
    Files.write(
        settings,
        List.of(
            "s3proxy.endpoint=http://127.0.0.1:0",
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + KEY,
            "s3proxy.credential=" + SECRET,
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + directory.resolve("objects")));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String jar = System.getProperty("s3proxy", "target/s3proxy.jar");
    return new ProcessBuilder(
            java.toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-jar",
            jar,
            "--properties",
            settings.toString())
        .redirectErrorStream(true)
        .start();
  }

  /** Waits until it takes requests, and reads from what it says at which port. */
  private static URI storeOf(Process proxy) throws IOException {
    StringBuilder said = new StringBuilder();
    BufferedReader out = proxy.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      Matcher started = STARTED.matcher(line);
      if (started.find()) {
        drain(out);
        return URI.create("http://127.0.0.1:" + started.group(1));
      }
    }
    throw new IllegalStateException("s3proxy does not start: " + said);
  }

  /** Reads what it says from now on, or it would stand still when the pipe is full. */
  private static void drain(BufferedReader out) {
    Thread thread =
        new Thread(
            () -> {
              try (out) {
                long unused = out.transferTo(Writer.nullWriter());
              } catch (IOException e) {
                throw new UncheckedIOException("s3proxy's output cannot be read", e);
              }
            },
            "s3proxy-output");
    thread.setDaemon(true);
    thread.start();
  }

  private static S3Store s3(URI at) {
    return S3Store.inRegion("eu-central-1").at(at).withPathStyle().withKeys(S3Keys.of(KEY, SECRET));
  }

  /** The lake, as a host names it. */
  RestLake lake() {
    return Lake.rest(uri()).storedIn(s3(store));
  }

  URI uri() {
    return URI.create(
        "http://127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
  }

  URI store() {
    return store;
  }

  /** A table that no other test has. */
  static String table(Path path) {
    UUID name = UUID.nameUUIDFromBytes(path.toString().getBytes(StandardCharsets.UTF_8));
    return "n" + name.toString().replace("-", "") + ".events";
  }

  /** The file that an object is. */
  Path file(String location) {
    return directory.resolve("objects").resolve(location.substring("s3://".length()));
  }

  @Override
  public void close() {
    LifeCycle.stop(server);
    backend.close();
    proxy.destroyForcibly();
    Process unused = proxy.onExit().join();
  }
}
