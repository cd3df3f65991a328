package io.leonardoroutes.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A finished job that asked for the same as a new request: the same caller, account, model and
 * parameters.
 *
 * @param job the finished one
 * @param reused whether its video is the answer, so that nothing is paid
 */
public record Duplicate(Job job, boolean reused) {
  /** What stands in a request for something that is found elsewhere and may differ. */
  private static final List<String> ELSEWHERE = List.of("file", "url", "job");

  /** What the new job says of it. */
  public String warning() {
    return reused
        ? "nothing was paid: this is the video of job %s, which asked for the same"
            .formatted(job.id())
        : "job %s asked for the same and is COMPLETE: this one is paid for again"
            .formatted(job.id());
  }

  /** The same for all requests that ask for the same; null where the request alone cannot tell. */
  public static String hash(String caller, String account, JsonNode request) {
    if (ELSEWHERE.stream().anyMatch(key -> request.findValue(key) != null)) {
      return null;
    }
    // No caller's name and no account's name has a space.
    String all = (caller == null ? "" : caller) + " " + account + " " + request;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(all.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
