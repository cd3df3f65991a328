package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/** A job. Its state depends only on the time. */
record SandboxJob(Create create, Instant doneAt, Fate fate) {

  // the real createdAt has no zone either
  private static final DateTimeFormatter CREATED_AT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** How a job ends; a prompt chooses it with a word of the {@link Sandbox}. */
  enum Fate {
    VIDEO("COMPLETE"),
    FAILURE("FAILED"),
    NO_VIDEO("COMPLETE");

    final String status;

    Fate(String status) {
      this.status = status;
    }

    static Fate askedForBy(String prompt) {
      if (prompt.contains(Sandbox.FAILING_WORD)) {
        return FAILURE;
      }
      return prompt.contains(Sandbox.NO_VIDEO_WORD) ? NO_VIDEO : VIDEO;
    }
  }

  /**
   * The job as the provider shows it.
   *
   * @param cdn the base URL of its files, without a trailing slash
   */
  ObjectNode shown(Instant now, String cdn) {
    boolean done = !now.isBefore(doneAt);
    JsonNode request = create.json();
    JsonNode parameters = request.path("parameters");
    ObjectNode shown =
        SandboxAnswer.object()
            .put("id", create.generationId())
            .put("status", done ? fate.status : "PENDING")
            .put("createdAt", CREATED_AT.format(create.at()))
            .put("prompt", parameters.path("prompt").asText())
            .putNull("modelId")
            .put("public", request.path("public").asBoolean());
    // A number even if the request leaves it open: the provider's own SDK requires one.
    shown.put("imageWidth", side(parameters.path("width"), 1920));
    shown.put("imageHeight", side(parameters.path("height"), 1080));
    shown.putNull("seed");
    var images = shown.putArray("generated_images");
    if (done && fate == Fate.VIDEO) {
      var file = cdn + "/" + create.generationId() + "/0";
      images
          .addObject()
          .put("id", imageId())
          .put("url", file + ".jpg")
          .put("motionMP4URL", file + ".mp4")
          .put("nsfw", false);
    }
    shown.putArray("prompt_moderations").addObject().putArray("moderationClassification");
    return shown;
  }

  private static int side(JsonNode asked, int chosen) {
    return asked.asInt() > 0 ? asked.asInt() : chosen;
  }

  private String imageId() {
    byte[] name = create.generationId().getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).toString();
  }
}
