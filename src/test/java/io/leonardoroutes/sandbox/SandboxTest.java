package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.App;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SandboxExtension.class)
class SandboxTest {

  @Test
  void aTestGetsOneOnAFreePortOfThisMachine(Sandbox sandbox) {
    assertThat(sandbox.baseUrl()).isEqualTo("http://" + sandbox.host() + "/api/rest");
    assertThat(sandbox.host()).matches("127\\.0\\.0\\.1:[1-9][0-9]*");
  }

  @Test
  void aTestFindsNothingOfTheOneBefore(Sandbox sandbox) throws Exception {
    sandbox.next(Door.POLL, Fault.HTML);
    new Client(sandbox).create("a koala");

    sandbox.reset();

    assertThat(sandbox.creates()).isEmpty();
    assertThat(sandbox.count(Door.CREATE)).isZero();
    assertThat(new Client(sandbox).look("any").isNull()).isTrue();
  }

  @Test
  void aTakenPortIsSaidAtTheStart(Sandbox sandbox) {
    int port = Integer.parseInt(sandbox.host().split(":")[1]);

    assertThatThrownBy(() -> Sandbox.start(SandboxOptions.defaults().withPort(port)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The sandbox cannot listen on 127.0.0.1:%d: the port is in use. Stop the"
                + " process that uses it, or give the sandbox another port (0 for any free one)",
            port);
  }

  @Test
  void aClosedSandboxIsGoneAndItsPortCanBeHadAgain() throws Exception {
    int port = App.freePort();
    var first = Sandbox.start(SandboxOptions.defaults().withPort(port));
    new Client(first).create("a koala");
    first.close();
    first.close();

    // A client of its own each time: one that was here before may call on its old connection.
    assertThatThrownBy(() -> new Client(first).create("a koala"))
        .isInstanceOf(ConnectException.class);
    try (var second = Sandbox.start(SandboxOptions.defaults().withPort(port))) {
      assertThat(new Client(second).create("a koala").statusCode()).isEqualTo(200);
      assertThat(second.creates()).hasSize(1);
    }
  }

  @Test
  void optionsThatCannotWorkAreRefused() {
    var options = SandboxOptions.defaults();

    assertThatThrownBy(() -> options.withPort(65_536))
        .hasMessage(
            "The sandbox cannot listen on port 65536: give 1 to 65535, or 0 for any free one");
    assertThatThrownBy(() -> options.withJobDuration(Duration.ofSeconds(-1)))
        .hasMessage("A job of the sandbox cannot take PT-1S: give zero or more");
    assertThatThrownBy(() -> options.withConcurrency(0))
        .hasMessage("The sandbox cannot run 0 jobs at once: give 1 to 10000");
  }

  @Test
  void theOptionsDoNotShowTheKey() {
    assertThat(SandboxOptions.defaults().withApiKey("the-key"))
        .hasToString("SandboxOptions[port=0, jobDuration=PT4S, concurrency=10]");
  }

  @Test
  void anExtensionThatWasNotStartedSaysHow() {
    assertThatThrownBy(() -> new SandboxExtension().sandbox())
        .hasMessage(
            "The sandbox is not started: @RegisterExtension needs a static field,"
                + " and the sandbox is available from @BeforeAll on");
  }
}
