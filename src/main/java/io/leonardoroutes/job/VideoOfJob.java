package io.leonardoroutes.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The video of another job in a request: {@code {"job": "..."}} until that job is complete, and
 * {@code {"id": "...", "type": "GENERATED"}} from then on, which is what is sent.
 */
public final class VideoOfJob {
  static final String JOB = "job";

  private VideoOfJob() {}

  /** The request as it is kept while it waits for the job. */
  public static ObjectNode awaiting(ObjectNode request, String jobId) {
    ObjectNode waiting = request.deepCopy();
    video(waiting).put(JOB, jobId);
    return waiting;
  }

  /** The request as it is sent. */
  public static JsonNode there(JsonNode request, String videoId) {
    ObjectNode sent = request.deepCopy();
    ObjectNode video = video(sent);
    video.remove(JOB);
    video.put("id", videoId).put("type", "GENERATED");
    return sent;
  }

  /** Whether the request waits for another job. */
  public static boolean isAwaited(JsonNode request) {
    return video(request) != null;
  }

  private static ObjectNode video(JsonNode request) {
    return (ObjectNode) request.path("parameters").path("guidances").findParent(JOB);
  }
}
