package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What goes wrong with one call; scripted with {@link Sandbox#next}. Every fault works for every
 * {@link Door}: a create that is "accepted" would be billed; any other call is simply carried out.
 * A call without a valid key is refused before any fault applies.
 */
public final class Fault {

  /** No fault: for the calls of a script that succeed. */
  public static final Fault NONE = new Fault("NONE", call -> call.send(call.work()));

  /** Not accepted: the connection closes. The client cannot tell this from {@link #ANSWER_LOST}. */
  public static final Fault NOT_ACCEPTED = new Fault("NOT_ACCEPTED", SandboxCall::close);

  /** Accepted, then the connection closes without an answer. */
  public static final Fault ANSWER_LOST =
      new Fault(
          "ANSWER_LOST",
          call -> {
            call.work();
            call.close();
          });

  /** Accepted, then no answer, however long the client waits. */
  public static final Fault HANGING = new Fault("HANGING", SandboxCall::work);

  /** Accepted, then the answer or file is cut off half behavior. */
  public static final Fault CUT_OFF = new Fault("CUT_OFF", call -> call.sendHalf(call.work()));

  /** Accepted; the right status and content type, but a body that is not valid JSON. */
  public static final Fault UNREADABLE =
      new Fault(
          "UNREADABLE",
          call -> call.send(call.work().withBody(Buffer.buffer("{\"generate\": {\"generati"))));

  /** Accepted; status 200 with an HTML page, as from a proxy in between. */
  public static final Fault HTML =
      new Fault(
          "HTML",
          call -> {
            call.work();
            call.send(SandboxAnswer.html(200, "Please stand by"));
          });

  /** Accepted; the answer never ends. */
  public static final Fault ENDLESS =
      new Fault("ENDLESS", call -> call.sendWithoutEnd(call.work()));

  /** Accepted; a create's answer comes without the id. */
  public static final Fault WITHOUT_ID =
      new Fault(
          "WITHOUT_ID",
          call -> call.send(created(call.work(), generate -> generate.remove("generationId"))));

  /** Accepted; a create's answer comes in the other documented shape: the id at the top. */
  public static final Fault FLAT = new Fault("FLAT", call -> call.send(flat(call.work())));

  private final String name;
  private final Consumer<SandboxCall> behavior;

  private Fault(String name, Consumer<SandboxCall> behavior) {
    this.name = name;
    this.behavior = behavior;
  }

  /** Accepted, then a server error such as 500 or 502, in the provider's usual form. */
  public static Fault acceptedThen(int status) {
    return new Fault(
        "acceptedThen(" + status + ")",
        call -> {
          call.work();
          call.send(SandboxAnswer.error(status, "internal error"));
        });
  }

  /** Not accepted: this status, with this text in the provider's usual form. */
  public static Fault refused(int status, String error) {
    return new Fault(
        "refused(" + status + ")", call -> call.send(SandboxAnswer.error(status, error)));
  }

  /** Not accepted: 429 with {@code Retry-After} in whole seconds. */
  public static Fault tooManyRequests(Duration retryAfter) {
    var seconds = Long.toString(retryAfter.toSeconds());
    return new Fault(
        "tooManyRequests(" + retryAfter + ")",
        call ->
            call.send(SandboxAnswer.error(429, "too many requests").with("retry-after", seconds)));
  }

  /** Accepted at once, answered after this delay in real time, whatever the sandbox's clock. */
  public static Fault slow(Duration by) {
    return new Fault("slow(" + by + ")", call -> call.sendLater(by, call.work()));
  }

  /** Not accepted: 307, so that a client that follows redirects repeats the whole request there. */
  public static Fault redirected(URI to) {
    return new Fault(
        "redirected(" + to + ")",
        call -> call.send(SandboxAnswer.html(307, "Moved").with("location", to.toString())));
  }

  void answer(SandboxCall call) {
    behavior.accept(call);
  }

  @Override
  public String toString() {
    return name;
  }

  private static SandboxAnswer created(SandboxAnswer answer, Consumer<ObjectNode> change) {
    var body = answer.json();
    if (body.get("generate") instanceof ObjectNode generate) {
      change.accept(generate);
    }
    return SandboxAnswer.json(answer.status(), body);
  }

  private static SandboxAnswer flat(SandboxAnswer answer) {
    var id = answer.json().path("generate").get("generationId");
    if (id == null) {
      return answer;
    }
    var flat = SandboxAnswer.object().put("generationId", id.asText()).put("apiCreditCost", 12);
    return SandboxAnswer.json(answer.status(), flat);
  }
}
