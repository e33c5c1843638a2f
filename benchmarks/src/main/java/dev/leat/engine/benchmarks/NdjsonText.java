package dev.leat.engine.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events as NDJSON, about 225 bytes each. */
final class NdjsonText {
  /** How many lines the figures are for. */
  static final int COUNT = 500_000;

  private NdjsonText() {}

  static byte[] of(Events events) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256 * events.count());
    for (int i = 0; i < events.count(); i++) {
      out.writeBytes(line(events.click(i)).getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private static String line(Click click) {
    List<String> fields =
        List.of(
            field("event_id", click.eventId()),
            field("user_id", click.userId()),
            field("session_id", click.sessionId()),
            field("event_type", click.eventType()),
            field("page_url", click.pageUrl()),
            field("referrer_url", click.referrerUrl()),
            field("device_type", click.deviceType()),
            field("country", click.country()),
            field("event_ts", click.eventTs().toString()));
    return "{" + String.join(",", fields) + "}\n";
  }

  private static String field(String name, String value) {
    return '"' + name + "\":\"" + value + '"';
  }
}
