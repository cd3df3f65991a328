package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** The answers of the provider, as far as they are known; without HTTP and without faults. */
final class SandboxProvider {

  private static final int PAGE = 10;
  private static final int LARGEST_PAGE = 100;

  private final SandboxOptions options;
  private final SandboxJobs jobs;
  private final SandboxImages images;

  SandboxProvider(SandboxOptions options, SandboxJobs jobs, SandboxImages images) {
    this.options = options;
    this.jobs = jobs;
    this.images = images;
  }

  SandboxImages images() {
    return images;
  }

  /** The answer to a call without a valid key; null if the key is valid. */
  SandboxAnswer unauthorized(String authorization) {
    String[] words = authorization == null ? new String[0] : authorization.strip().split(" +", 2);
    boolean bearer = words.length == 2 && words[0].equalsIgnoreCase("Bearer");
    if (bearer && (options.apiKey().isEmpty() || options.apiKey().equals(words[1]))) {
      return null;
    }
    return unauthorized();
  }

  private static SandboxAnswer unauthorized() {
    return SandboxAnswer.error(401, "Authentication hook unauthorized this request");
  }

  SandboxAnswer create(String body) {
    JsonNode request;
    try {
      request = SandboxAnswer.parse(body);
    } catch (IllegalArgumentException e) {
      return SandboxAnswer.error(400, "the request body is " + e.getMessage());
    }
    if (!request.isObject()) {
      return SandboxAnswer.error(400, "the request body is not a JSON object");
    }
    List<String> broken = options.rules().apply(request);
    if (!broken.isEmpty()) {
      return SandboxAnswer.refusal(broken);
    }
    JsonNode prompt = request.path("parameters").path("prompt");
    if (!request.path("model").isTextual()) {
      return missing("model");
    }
    if (!prompt.isTextual()) {
      return missing("prompt");
    }
    if (prompt.textValue().contains(Sandbox.MODERATED_WORD)) {
      return SandboxAnswer.error(400, "content moderation filter: " + Sandbox.MODERATED_WORD);
    }
    if (prompt.textValue().contains(Sandbox.UNAUTHORIZED_WORD)) {
      return unauthorized();
    }
    if (prompt.textValue().contains(Sandbox.NO_TOKENS_WORD)) {
      return SandboxAnswer.error(400, "not enough api tokens userId: " + Sandbox.USER_ID);
    }
    for (JsonNode image : request.path("parameters").path("guidances").findValues("image")) {
      String refusal = images.refusal(image.path("id").asText());
      if (refusal != null) {
        return SandboxAnswer.error(400, refusal);
      }
    }
    return jobs.accept(body, SandboxJob.Fate.askedForBy(prompt.textValue()))
        .map(job -> created(job, request))
        .orElseGet(this::full);
  }

  SandboxAnswer beginUpload(String body, String host) {
    try {
      return images.begin(SandboxAnswer.parse(body), host);
    } catch (IllegalArgumentException e) {
      return SandboxAnswer.error(400, "the request body is " + e.getMessage());
    }
  }

  /**
   * @param cdn the base URL of the files of its jobs
   */
  SandboxAnswer poll(String id, String cdn) {
    ObjectNode answer = SandboxAnswer.object().putNull("generations_by_pk");
    jobs.find(id).ifPresent(job -> answer.set("generations_by_pk", shown(job, cdn)));
    return SandboxAnswer.json(200, answer);
  }

  /**
   * The real limit of a page, and the answer to an invalid one, are not known; here 100, and 400.
   */
  SandboxAnswer list(String user, String offset, String limit, String cdn) {
    ObjectNode answer = SandboxAnswer.object();
    var generations = answer.putArray("generations");
    try {
      int from = whole(offset, 0);
      int count = whole(limit, PAGE);
      if (Sandbox.USER_ID.equals(user)) {
        jobs.page(from, Math.min(count, LARGEST_PAGE))
            .forEach(job -> generations.add(shown(job, cdn)));
      }
    } catch (NumberFormatException e) {
      return SandboxAnswer.error(400, "offset and limit must be whole numbers from 0 on");
    }
    return SandboxAnswer.json(200, answer);
  }

  SandboxAnswer delete(String id) {
    ObjectNode answer = SandboxAnswer.object().putNull("delete_generations_by_pk");
    if (jobs.delete(id)) {
      answer.putObject("delete_generations_by_pk").put("id", id);
    }
    return SandboxAnswer.json(200, answer);
  }

  SandboxAnswer me() {
    ObjectNode answer = SandboxAnswer.object();
    ObjectNode details = answer.putArray("user_details").addObject();
    details.putObject("user").put("id", Sandbox.USER_ID).put("username", "sandbox");
    details
        .putNull("tokenRenewalDate")
        .put("apiConcurrencySlots", options.concurrency())
        .put("apiPaidTokens", 1_000_000)
        .put("apiSubscriptionTokens", 0);
    return SandboxAnswer.json(200, answer);
  }

  SandboxAnswer models() {
    ObjectNode answer = SandboxAnswer.object();
    var models = answer.putArray("productionApiAvailableModels");
    for (String model : options.models()) {
      var id = UUID.nameUUIDFromBytes(model.getBytes(StandardCharsets.UTF_8)).toString();
      models.addObject().put("id", id).put("name", model).putObject("parameters");
    }
    return SandboxAnswer.json(200, answer);
  }

  private ObjectNode shown(SandboxJob job, String cdn) {
    return job.shown(options.clock().instant(), cdn);
  }

  private static SandboxAnswer created(SandboxJob job, JsonNode request) {
    ObjectNode answer = SandboxAnswer.object();
    ObjectNode generate = answer.putObject("generate");
    generate.put("generationId", job.create().generationId()).putNull("apiCreditCost");
    generate.putObject("cost").put("amount", SandboxPrice.dollars(request)).put("unit", "DOLLARS");
    return SandboxAnswer.json(200, answer);
  }

  // the real status and text of a full queue are not known
  private SandboxAnswer full() {
    long seconds = Math.max(1, options.jobDuration().toSeconds());
    return SandboxAnswer.error(429, "too many pending jobs")
        .with("retry-after", Long.toString(seconds));
  }

  private static int whole(String text, int otherwise) {
    int number = text == null ? otherwise : Integer.parseInt(text);
    if (number < 0) {
      throw new NumberFormatException(text);
    }
    return number;
  }

  private static SandboxAnswer missing(String name) {
    return SandboxAnswer.error(
        400, "expecting a value for non-nullable variable: \"" + name + "\"");
  }
}
