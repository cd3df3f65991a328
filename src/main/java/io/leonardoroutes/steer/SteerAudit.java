package io.leonardoroutes.steer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.job.Actor;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines of the audit log about what operators do to anything but a job. */
final class SteerAudit {
  private static final Logger AUDIT = LoggerFactory.getLogger("leonardo-audit");
  private static final ObjectMapper JSON = new ObjectMapper();

  private SteerAudit() {}

  /**
   * Writes a line.
   *
   * @param kind the key that names what was changed
   * @param from what it was before; null, as {@code to} and {@code reason}, for none
   */
  static void write(
      Instant at, Actor by, String kind, String name, String from, String to, String reason) {
    ObjectNode line = JSON.createObjectNode().put(kind, name);
    put(line, "from", from);
    put(line, "to", to);
    put(line.put("at", at.toString()), "who", by.name());
    line.put("where", by.source());
    put(line, "reason", reason);
    AUDIT.info("{}", line);
  }

  private static void put(ObjectNode line, String key, String value) {
    if (value != null) {
      line.put(key, value);
    }
  }
}
