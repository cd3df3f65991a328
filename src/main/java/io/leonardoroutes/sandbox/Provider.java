package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** What the provider answers to each call, as far as it is known. No wire and no faults in here. */
final class Provider {

  private static final int PAGE = 10;
  private static final int LARGEST_PAGE = 100;

  private final SandboxOptions options;
  private final Jobs jobs;

  Provider(SandboxOptions options, Jobs jobs) {
    this.options = options;
    this.jobs = jobs;
  }

  /** The refusal of a call without a key that fits, or null. */
  Answer unauthorized(String authorization) {
    String[] words = authorization == null ? new String[0] : authorization.strip().split(" +", 2);
    boolean bearer = words.length == 2 && words[0].equalsIgnoreCase("Bearer");
    if (bearer && (options.apiKey().isEmpty() || options.apiKey().equals(words[1]))) {
      return null;
    }
    return unauthorized();
  }

  private static Answer unauthorized() {
    return Answer.error(401, "Authentication hook unauthorized this request");
  }

  Answer create(String body) {
    JsonNode request;
    try {
      request = Answer.parse(body);
    } catch (IllegalArgumentException e) {
      return Answer.error(400, "the request body is " + e.getMessage());
    }
    if (!request.isObject()) {
      return Answer.error(400, "the request body is not a JSON object");
    }
    List<String> broken = options.rules().apply(request);
    if (!broken.isEmpty()) {
      return Answer.refusal(broken);
    }
    JsonNode prompt = request.path("parameters").path("prompt");
    if (!request.path("model").isTextual()) {
      return missing("model");
    }
    if (!prompt.isTextual()) {
      return missing("prompt");
    }
    if (prompt.textValue().contains(Sandbox.MODERATED_WORD)) {
      return Answer.error(400, "content moderation filter: " + Sandbox.MODERATED_WORD);
    }
    if (prompt.textValue().contains(Sandbox.UNAUTHORIZED_WORD)) {
      return unauthorized();
    }
    if (prompt.textValue().contains(Sandbox.NO_TOKENS_WORD)) {
      return Answer.error(400, "not enough api tokens userId: " + Sandbox.USER_ID);
    }
    return jobs.accept(body, Job.Fate.askedForBy(prompt.textValue()))
        .map(job -> created(job, request))
        .orElseGet(this::full);
  }

  /**
   * @param cdn where the sandbox serves the files of its jobs
   */
  Answer look(String id, String cdn) {
    ObjectNode answer = Answer.object().putNull("generations_by_pk");
    jobs.find(id).ifPresent(job -> answer.set("generations_by_pk", shown(job, cdn)));
    return Answer.json(200, answer);
  }

  /** The real largest page and what a bad one is answered are not known; here 100, and 400. */
  Answer list(String user, String offset, String limit, String cdn) {
    ObjectNode answer = Answer.object();
    var generations = answer.putArray("generations");
    try {
      int from = whole(offset, 0);
      int count = whole(limit, PAGE);
      if (Sandbox.USER_ID.equals(user)) {
        jobs.page(from, Math.min(count, LARGEST_PAGE))
            .forEach(job -> generations.add(shown(job, cdn)));
      }
    } catch (NumberFormatException e) {
      return Answer.error(400, "offset and limit must be whole numbers from 0 on");
    }
    return Answer.json(200, answer);
  }

  Answer delete(String id) {
    ObjectNode answer = Answer.object().putNull("delete_generations_by_pk");
    if (jobs.delete(id)) {
      answer.putObject("delete_generations_by_pk").put("id", id);
    }
    return Answer.json(200, answer);
  }

  Answer me() {
    ObjectNode answer = Answer.object();
    ObjectNode details = answer.putArray("user_details").addObject();
    details.putObject("user").put("id", Sandbox.USER_ID).put("username", "sandbox");
    details
        .putNull("tokenRenewalDate")
        .put("apiConcurrencySlots", options.concurrency())
        .put("apiPaidTokens", 1_000_000)
        .put("apiSubscriptionTokens", 0);
    return Answer.json(200, answer);
  }

  Answer models() {
    ObjectNode answer = Answer.object();
    var models = answer.putArray("productionApiAvailableModels");
    for (String model : Samples.MODELS) {
      var id = UUID.nameUUIDFromBytes(model.getBytes(StandardCharsets.UTF_8)).toString();
      models.addObject().put("id", id).put("name", model).putObject("parameters");
    }
    return Answer.json(200, answer);
  }

  private ObjectNode shown(Job job, String cdn) {
    return job.shown(options.clock().instant(), cdn);
  }

  private static Answer created(Job job, JsonNode request) {
    ObjectNode answer = Answer.object();
    ObjectNode generate = answer.putObject("generate");
    generate.put("generationId", job.create().generationId()).putNull("apiCreditCost");
    generate.putObject("cost").put("amount", Price.dollars(request)).put("unit", "DOLLARS");
    return Answer.json(200, answer);
  }

  // the real status and text are not known
  private Answer full() {
    long seconds = Math.max(1, options.jobDuration().toSeconds());
    return Answer.error(429, "too many pending jobs").with("retry-after", Long.toString(seconds));
  }

  private static int whole(String text, int otherwise) {
    int number = text == null ? otherwise : Integer.parseInt(text);
    if (number < 0) {
      throw new NumberFormatException(text);
    }
    return number;
  }

  private static Answer missing(String name) {
    return Answer.error(400, "expecting a value for non-nullable variable: \"" + name + "\"");
  }
}
