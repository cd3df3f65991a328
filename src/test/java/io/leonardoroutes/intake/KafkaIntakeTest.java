package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of an intake of one's own in the documentation, with a stand-in for the consumer of
 * camel-kafka, which is no dependency of ours.
 */
class KafkaIntakeTest {
  private static final Path EXAMPLE = Path.of("src/site/resources/intake-kafka.camel.yaml");

  @TempDir Path folder;
  private ScriptedProvider provider;
  private FlowFixture story;
  private final Partition partition = new Partition(1_700_000_000_000L);

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    story = start();
  }

  private FlowFixture start() throws Exception {
    Files.writeString(
        folder.resolve("intake-kafka.camel.yaml"),
        Files.readString(EXAMPLE)
            .replaceFirst("(?s)uri: kafka:.*?(?=\\n      steps:)", "uri: direct:consumer"));
    return FlowFixture.in(folder, provider)
        .with("leonardo.routes", "file:routes/*.camel.yaml,file:" + folder + "/intake-*.yaml")
        .start();
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
  }

  /** A partition of a topic, with the position that its consumer group has committed. */
  private static final class Partition {
    private final List<byte[]> records = new ArrayList<>();
    private final long since;
    private volatile long committed;
    private boolean brokerAway;
    private UnaryOperator<String> headers = name -> "kafka." + name.toUpperCase(Locale.ROOT);

    Partition(long since) {
      this.since = since;
    }

    void send(String request) {
      records.add(request == null ? null : request.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Polls from the committed position on, as camel-kafka does it with {@code breakOnFirstError}:
     * a record that fails is where the next poll begins.
     */
    void poll(FlowFixture story) {
      for (long offset = committed; offset < records.size(); offset++) {
        if (deliver(story, offset).getException() != null) {
          return;
        }
      }
    }

    Exchange deliver(FlowFixture story, long offset) {
      return story
          .app()
          .template()
          .send(
              "direct:consumer",
              exchange -> {
                exchange.getMessage().setBody(records.get((int) offset));
                Message message = exchange.getMessage();
                message.setHeader(headers.apply("Topic"), "video-requests");
                message.setHeader(headers.apply("Partition"), 3);
                message.setHeader(headers.apply("Offset"), offset);
                message.setHeader(headers.apply("Timestamp"), since + offset);
                message.setHeader("CamelKafkaManualCommit", new ManualCommit(this, offset));
              });
    }
  }

  /** As camel-kafka's {@code KafkaManualCommit}. */
  public static final class ManualCommit {
    private final Partition partition;
    private final long offset;

    private ManualCommit(Partition partition, long offset) {
      this.partition = partition;
      this.offset = offset;
    }

    public void commit() {
      if (partition.brokerAway) {
        throw new IllegalStateException("the broker does not answer");
      }
      partition.committed = offset + 1;
    }
  }

  private List<String> jobs() {
    return LedgerRows.of(story.app(), "SELECT id FROM job ORDER BY id").stream()
        .map(row -> String.valueOf(row.get("id")))
        .toList();
  }

  @Test
  void aRecordThatIsDeliveredTwiceIsOneJobAndOneCreate() {
    partition.send(InboxFixture.request("a"));
    partition.poll(story);
    partition.committed = 0; // another member of the group takes over
    partition.poll(story);

    assertThat(partition.committed).isEqualTo(1);
    assertThat(jobs()).hasSize(1);
    story.until(jobs().get(0), "COMPLETE");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void twoRecordsWithTheSameContentAreTwoJobs() {
    partition.send(InboxFixture.request("a"));
    partition.send(InboxFixture.request("a"));
    partition.poll(story);

    assertThat(jobs()).hasSize(2);
  }

  @Test
  void theHeadersOfLaterVersionsOfCamelGiveTheSameKey() {
    partition.send(InboxFixture.request("a"));
    partition.poll(story);
    partition.headers = name -> "CamelKafka" + name;
    partition.committed = 0;
    partition.poll(story);

    assertThat(jobs()).hasSize(1);
    assertThat(partition.committed).isEqualTo(1);
  }

  @Test
  void aTopicThatWasMadeAnewIsNotTakenForTheOldOne() {
    partition.send(InboxFixture.request("a"));
    partition.poll(story);
    Partition anew = new Partition(1_800_000_000_000L);
    anew.send(InboxFixture.request("b"));
    anew.poll(story);

    assertThat(anew.committed).isEqualTo(1);
    assertThat(jobs()).hasSize(2);
  }

  @Test
  void aRejectedRecordIsToldOnceAndTheNextOneIsTaken() {
    partition.send("{\"model\":\"none\"}");
    partition.send(null);
    partition.send(InboxFixture.request("a"));
    partition.poll(story);
    partition.committed = 0;
    partition.poll(story);

    assertThat(partition.committed).isEqualTo(3);
    assertThat(jobs()).hasSize(1);
    story.until(jobs().get(0), "COMPLETE");
    await().until(() -> story.toldTimes("rejected") == 2);
    assertThat(LedgerRows.of(story.app(), "SELECT id FROM event WHERE type = 'rejected'"))
        .hasSize(2);
  }

  @Test
  void whileTheLedgerIsUnavailableARecordIsHeldAndThenTaken() throws Exception {
    partition.send(InboxFixture.request("a"));
    LedgerRows.change(story.app(), "ALTER TABLE job RENAME TO away");
    try (LogCapture log = LogCapture.open()) {
      CompletableFuture<Void> poll = CompletableFuture.runAsync(() -> partition.poll(story));
      await().until(() -> log.with("what new requests need is away").size() == 1);
      assertThat(partition.committed).isZero();
      LedgerRows.change(story.app(), "ALTER TABLE away RENAME TO job");

      poll.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(partition.committed).isEqualTo(1);
      assertThat(jobs()).hasSize(1);
      assertThat(log.with("what new requests need")).hasSize(2);
    }
  }

  @Test
  void aRecordThatIsHeldWhenTheProgramStopsIsNotCommittedAndIsTakenByTheNext() throws Exception {
    partition.send(InboxFixture.request("a"));
    LedgerRows.change(story.app(), "ALTER TABLE job RENAME TO away");
    try (LogCapture log = LogCapture.open()) {
      CompletableFuture<Void> poll = CompletableFuture.runAsync(() -> partition.poll(story));
      await().until(() -> log.with("what new requests need is away").size() == 1);
      story.close();
      poll.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(partition.committed).isZero();
    LedgerRows.change(story.app(), "ALTER TABLE away RENAME TO job");
    story = start();
    partition.poll(story);

    assertThat(partition.committed).isEqualTo(1);
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void aRecordWhoseCommitFailsComesAgainAndIsTheSameJob() {
    partition.send(InboxFixture.request("a"));
    partition.brokerAway = true;
    partition.poll(story);
    assertThat(partition.committed).isZero();
    partition.brokerAway = false;
    partition.poll(story);

    assertThat(partition.committed).isEqualTo(1);
    assertThat(jobs()).hasSize(1);
    story.until(jobs().get(0), "COMPLETE");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void aRecordThatCannotBeToldFromOthersIsNotTaken() {
    partition.headers = name -> "renamed." + name;
    partition.send(InboxFixture.request("a"));
    Exchange exchange = partition.deliver(story, 0);

    assertThat(exchange.getException())
        .hasMessage(
            "not taken: the record lacks its topic, partition, offset, timestamp or manual commit");
    assertThat(jobs()).isEmpty();
    assertThat(partition.committed).isZero();
  }

  @Test
  void theConsumerCommitsNothingByItselfAndSkipsNothing() throws IOException {
    assertThat(Files.readString(EXAMPLE))
        .contains(
            "autoCommitEnable: false\n",
            "allowManualCommit: true\n",
            "breakOnFirstError: true\n",
            "autoOffsetReset: earliest\n");
  }
}
