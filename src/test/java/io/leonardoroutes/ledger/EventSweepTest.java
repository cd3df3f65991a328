package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.NewJobs.event;
import static io.leonardoroutes.ledger.NewJobs.request;
import static io.leonardoroutes.ledger.NewJobs.video;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.job.OutboxEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Old events leave the ledger once nobody needs them. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class EventSweepTest {
  private static final Duration LEASE = Duration.ofSeconds(30);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;
  private Outbox outbox;
  private Job job;

  @BeforeEach
  void open() {
    outbox = ledger.outbox();
    job = ((Acceptance.Accepted) ledger.accept(request(), one -> List.of())).job();
  }

  private List<String> events() {
    return Jdbi.create(url)
        .withHandle(
            handle ->
                handle.createQuery("SELECT id FROM event ORDER BY id").mapTo(String.class).list());
  }

  private long deliveries() {
    return Jdbi.create(url)
        .withHandle(
            handle -> handle.createQuery("SELECT count(*) FROM delivery").mapTo(Long.class).one());
  }

  private Delivery next(String sink) {
    return outbox.claim(sink, 1, LEASE).get(0);
  }

  /** Of a job of its own: those of one job are never of one time. */
  private static OutboxEvent at(Instant time, OutboxEvent event) {
    return new OutboxEvent(
        event.id(),
        event.id(),
        event.type(),
        event.document(),
        event.fileName(),
        event.replyTo(),
        time,
        event.targets());
  }

  @Test
  void anEventThatAllItsSinksHaveIsDeletedOnceItIsOldAndNoOther() {
    Instant told = clock.instant();
    outbox.add(List.of(at(told, event("delivered", job, video("a"), event("a"), event("b")))));
    outbox.delivered(next("a"));
    outbox.delivered(next("a"));
    outbox.delivered(next("b"));
    outbox.add(List.of(at(told, event("dead", job, event("a"), event("b")))));
    outbox.delivered(next("a"));
    outbox.dead(next("b"), "gone");
    outbox.add(List.of(at(told, event("pending", job, event("a"), event("b")))));
    outbox.delivered(next("a"));
    Delivery held = next("b");
    outbox.add(List.of(at(told.plusMillis(1), event("younger", job, event("c")))));
    outbox.delivered(next("c"));
    List<Moved> history = ledger.history(job.id());

    assertThat(outbox.sweep(told)).isZero();
    assertThat(outbox.sweep(told.plusMillis(1))).isEqualTo(1);
    assertThat(events()).containsExactly("dead", "pending", "younger");
    assertThat(deliveries()).isEqualTo(5);
    assertThat(outbox.delivered(held)).isTrue();
    assertThat(outbox.sweep(told.plusMillis(1))).isEqualTo(1);
    assertThat(events()).containsExactly("dead", "younger");
    assertThat(ledger.find(job.id())).contains(job);
    assertThat(ledger.history(job.id())).isEqualTo(history).hasSize(1);
  }

  @Test
  void oneSweepDeletesManyEventsAlsoBehindThoseThatStay() {
    Instant start = clock.instant();
    outbox.add(
        IntStream.range(0, 1_800)
            .mapToObj(i -> at(start.plusMillis(i / 7), event("e" + i, job, event("a"))))
            .toList());
    Jdbi.create(url)
        .useHandle(
            handle -> {
              handle.execute("UPDATE delivery SET state = 'DELIVERED'");
              handle.execute("UPDATE delivery SET state = 'DEAD' WHERE event_id LIKE 'e1__'");
            });

    assertThat(outbox.sweep(start.plusSeconds(1))).isEqualTo(1_700);
    assertThat(events()).hasSize(100).allMatch(id -> id.matches("e1.."));
    assertThat(deliveries()).isEqualTo(100);
  }

  @Test
  void anAnswerThatIsAddedAgainIsKnownWhileItsEventIsKept() {
    outbox.add(List.of(event("reply", job, event("reply"))));
    outbox.delivered(next("reply"));

    outbox.sweep(clock.instant());
    outbox.add(List.of(event("reply", job, event("reply"))));
    assertThat(outbox.claim("reply", 1, LEASE)).isEmpty();

    outbox.sweep(clock.instant().plusMillis(1));
    outbox.add(List.of(event("reply", job, event("reply"))));
    assertThat(next("reply").eventId()).isEqualTo("reply");
  }
}
