package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FaultTest {

  @RegisterExtension
  static final SandboxExtension SANDBOX =
      new SandboxExtension(SandboxOptions.defaults().withJobDuration(Duration.ZERO));

  private Sandbox sandbox;
  private Client client;

  @BeforeEach
  void aClient() {
    sandbox = SANDBOX.sandbox();
    client = new Client(sandbox);
  }

  @Test
  void aCreateThatIsNotAcceptedLeavesNoJob() {
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED);

    assertThatThrownBy(() -> client.create("a koala")).isInstanceOf(IOException.class);
    assertThat(sandbox.creates()).isEmpty();
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1);
  }

  @Test
  void aLostAnswerLeavesAJobThatTheClientKnowsNothingOf() throws Exception {
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);

    assertThatThrownBy(() -> client.create("a koala")).isInstanceOf(IOException.class);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1);
    var id = sandbox.creates().get(0).generationId();
    assertThat(client.look(id).get("status").asText()).isEqualTo("COMPLETE");
  }

  @Test
  void aPlanChoosesTheFaultOfACreateByWhatItAsksFor() throws Exception {
    sandbox.onCreate(body -> body.contains("cat") ? Fault.refused(500, "busy") : Fault.NONE);

    assertThat(client.create("a cat").statusCode()).isEqualTo(500);
    assertThat(client.create("a koala").statusCode()).isEqualTo(200);
  }

  @Test
  void aScriptedFaultGoesBeforeThePlan() throws Exception {
    sandbox.onCreate(body -> Fault.refused(500, "busy"));
    sandbox.next(Door.CREATE, Fault.NONE);

    assertThat(client.create("a koala").statusCode()).isEqualTo(200);
    assertThat(client.create("a koala").statusCode()).isEqualTo(500);
  }

  @Test
  void aHangingCreateIsAcceptedAndNeverAnswered() throws Exception {
    sandbox.next(Door.CREATE, Fault.HANGING);
    var creating = client.creating(Client.request("a koala"));

    var hanging = client.http().sendAsync(creating, BodyHandlers.ofString());

    await().until(() -> sandbox.creates().size() == 1);
    await().during(Duration.ofMillis(300)).until(() -> !hanging.isDone());
    assertThat(client.send(client.to("/v1/me").build()).statusCode()).isEqualTo(200);
    assertThat(hanging).isNotDone();
    hanging.cancel(true);
  }

  @Test
  void closingTheSandboxEndsACallThatHangs() {
    var closing = Sandbox.start(SandboxOptions.defaults());
    closing.next(Door.ME, Fault.HANGING);
    var asking = new Client(closing);
    var hanging = asking.http().sendAsync(asking.to("/v1/me").build(), BodyHandlers.ofString());

    await().until(() -> closing.count(Door.ME) == 1);
    closing.close();

    assertThatThrownBy(hanging::join).isInstanceOf(CompletionException.class);
  }

  @Test
  void anAnswerThatIsCutOffPromisesMoreThanItBrings() {
    sandbox.next(Door.CREATE, Fault.CUT_OFF);

    assertThatThrownBy(() -> client.create("a koala")).isInstanceOf(IOException.class);
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void anUnreadableAnswerIsStatus200AndNoJson() throws Exception {
    sandbox.next(Door.CREATE, Fault.UNREADABLE);

    var answer = client.create("a koala");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(type(answer)).isEqualTo("application/json; charset=utf-8");
    assertThat(answer.body()).isEqualTo("{\"generate\": {\"generati");
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void anAnswerCanComeWithoutTheId() throws Exception {
    sandbox.next(Door.CREATE, Fault.WITHOUT_ID);

    assertThat(client.create("a koala").body())
        .isEqualTo(
            "{\"generate\":{\"apiCreditCost\":null,"
                + "\"cost\":{\"amount\":\"0.0189\",\"unit\":\"DOLLARS\"}}}");
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void anAnswerCanComeInTheFlatShape() throws Exception {
    sandbox.next(Door.CREATE, Fault.FLAT);

    var answer = client.create("a koala").body();

    var id = sandbox.creates().get(0).generationId();
    assertThat(answer).isEqualTo("{\"generationId\":\"" + id + "\",\"apiCreditCost\":12}");
  }

  @Test
  void anErrorOfTheServerMayComeAfterTheJobWasAccepted() throws Exception {
    sandbox.next(Door.CREATE, Fault.acceptedThen(500), Fault.acceptedThen(502));

    assertThat(client.create("a koala").statusCode()).isEqualTo(500);
    assertThat(client.create("a koala").body())
        .isEqualTo("{\"error\":\"internal error\",\"path\":\"$\",\"code\":\"unexpected\"}");
    assertThat(sandbox.creates()).hasSize(2);
  }

  @Test
  void aScriptedRefusalIsFree() throws Exception {
    sandbox.next(Door.CREATE, Fault.refused(400, "not enough api tokens userId: 5a0db0c8"));

    var answer = client.create("a koala");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Client.json(answer).get("error").asText())
        .isEqualTo("not enough api tokens userId: 5a0db0c8");
    assertThat(sandbox.creates()).isEmpty();
  }

  @Test
  void tooManyRequestsSaysWhenToComeBack() throws Exception {
    sandbox.next(Door.CREATE, Fault.tooManyRequests(Duration.ofSeconds(7)));

    var answer = client.create("a koala");

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
    assertThat(sandbox.creates()).isEmpty();
  }

  @Test
  void aSlowAnswerComesLater() throws Exception {
    sandbox.next(Door.CREATE, Fault.slow(Duration.ofMillis(200)));
    long start = System.nanoTime();

    var answer = client.create("a koala");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void aClientThatFollowsARedirectLeaksItsKeyAndIsCaught() throws Exception {
    try (var stranger = Sandbox.start(SandboxOptions.defaults())) {
      var elsewhere = URI.create("http://" + stranger.host() + "/cdn/some/0.jpg");
      sandbox.next(Door.POLL, Fault.redirected(elsewhere));
      var looking = client.to("/v1/generations/some").build();

      var answer = client.send(looking);
      assertThat(answer.statusCode()).isEqualTo(307);
      assertThat(answer.headers().firstValue("location")).hasValue(elsewhere.toString());
      assertThat(stranger.leakedAuthorizations()).isZero();

      // newer JDKs take the key off by themselves, so this client follows by hand
      client.send(HttpRequest.newBuilder(looking, (name, value) -> true).uri(elsewhere).build());
      assertThat(stranger.leakedAuthorizations()).isEqualTo(1);
    }
  }

  @Test
  void faultsComeInTheirOrderAtTheirDoorAndThenItIsWellAgain() throws Exception {
    sandbox.next(Door.POLL, Fault.acceptedThen(503), Fault.NONE);
    sandbox.next(Door.POLL, Fault.acceptedThen(504));

    var id = client.created("a koala");

    var statuses = List.of(lookStatus(id), lookStatus(id), lookStatus(id), lookStatus(id));
    assertThat(statuses).containsExactly(503, 200, 504, 200);
  }

  @Test
  void aCallWithoutAKeyUsesUpNoFault() throws Exception {
    sandbox.next(Door.ME, Fault.acceptedThen(503));
    var stranger = client.to("/v1/me").setHeader("authorization", "none").build();

    assertThat(client.send(stranger).statusCode()).isEqualTo(401);
    assertThat(client.send(client.to("/v1/me").build()).statusCode()).isEqualTo(503);
  }

  private int lookStatus(String id) throws IOException, InterruptedException {
    return client.send(client.to("/v1/generations/" + id).build()).statusCode();
  }

  private static String type(HttpResponse<?> answer) {
    return answer.headers().firstValue("content-type").orElseThrow();
  }
}
