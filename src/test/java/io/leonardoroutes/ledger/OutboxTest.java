package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.Delivery.State.DEAD;
import static io.leonardoroutes.job.Delivery.State.DELIVERED;
import static io.leonardoroutes.job.Delivery.State.PENDING;
import static io.leonardoroutes.ledger.NewJobs.event;
import static io.leonardoroutes.ledger.NewJobs.request;
import static io.leonardoroutes.ledger.NewJobs.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Delivery.Content;
import io.leonardoroutes.job.DeliveryStatus;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class OutboxTest {
  private static final Duration LEASE = Duration.ofSeconds(30);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;
  private Outbox outbox;
  private Job job;

  @BeforeEach
  void open() {
    outbox = ledger.outbox();
    job = ((Accepted) ledger.accept(request(), one -> List.of())).job();
  }

  @Test
  void whatWaitsForSinksThatThereAreNotIsCountedByTheirNames() {
    Job.ReplyTo caller = new Job.ReplyTo("queue:answers", "c1");
    Job chosen = accepted(new Job.Routing(null, null, "h1", 4, List.of("erp", "archive"), null));
    Job other = accepted(new Job.Routing(null, null, "h2", 4, List.of("erp"), caller));
    outbox.add(List.of(event("e1", job, event("archive"), event("gone"))));
    outbox.add(List.of(event("e2", chosen, event("erp"), video("erp"), event("archive"))));
    outbox.add(List.of(event("e3", other, event("erp"), event("reply"))));
    outbox.delivered(claim("archive").get(0));
    outbox.dead(claim("gone").get(0), "full");

    assertThat(outbox.sinkless(List.of("archive"), "reply"))
        .containsExactly(
            new DeliveriesWithoutSink("erp", 3, 2), new DeliveriesWithoutSink("reply", 1, 1));
    assertThat(outbox.sinkless(List.of("archive", "erp", "reply"), "reply")).isEmpty();
  }

  private Job other() {
    return ((Accepted) ledger.accept(request(), one -> List.of())).job();
  }

  private Job accepted(Job.Routing routing) {
    NewJob asked = TestLedger.asked(null, request().request(), routing);
    return ((Accepted) ledger.accept(asked, one -> List.of())).job();
  }

  @Test
  void theEventThatTellsOfAVideoWaitsUntilTheSinkHasTheVideo() {
    outbox.add(List.of(event("e1", job, video("archive"), event("archive"))));

    List<Delivery> first = claim("archive");
    assertThat(first).extracting(Delivery::content).containsExactly(Content.VIDEO);
    assertThat(claim("archive")).isEmpty();
    outbox.delivered(first.get(0));
    assertThat(claim("archive")).extracting(Delivery::content).containsExactly(Content.EVENT);
  }

  @Test
  void theEventGoesOutAloneOnceItsVideoIsDead() {
    outbox.add(List.of(event("e1", job, video("archive"), event("archive"))));

    outbox.dead(claim("archive").get(0), "no room");

    assertThat(claim("archive")).extracting(Delivery::content).containsExactly(Content.EVENT);
    assertThat(outbox.count(DEAD)).isEqualTo(1);
  }

  @Test
  void theEventsOfAJobGoInTheirOrder() {
    outbox.add(List.of(event("e1", job, event("archive"))));
    outbox.add(List.of(later(1, event("e2", job, event("archive")))));

    List<Delivery> first = claim("archive");
    assertThat(first).extracting(Delivery::eventId).containsExactly("e1");
    assertThat(claim("archive")).isEmpty();
    outbox.delivered(first.get(0));
    assertThat(claim("archive")).extracting(Delivery::eventId).containsExactly("e2");
  }

  @Test
  void theEventsOfAJobInOneMillisecondGoInTheOrderInWhichTheyWereWritten() {
    outbox.add(List.of(event("z", job, event("archive")), event("m", job, event("archive"))));
    outbox.add(List.of(event("a", job, event("archive"))));

    assertThat(oneAfterAnother()).containsExactly("z", "m", "a");
  }

  @Test
  void theEventsOfAJobGoInTheirOrderThoughTheClockWasSetBackBetweenThem() {
    outbox.add(List.of(event("z", job, event("archive"))));
    clock.tick(Duration.ofSeconds(-3));
    outbox.add(List.of(later(-3_000, event("a", job, event("archive")))));

    assertThat(claim("archive")).isEmpty();
    clock.tick(Duration.ofSeconds(3));
    assertThat(oneAfterAnother()).containsExactly("z", "a");
  }

  private List<String> oneAfterAnother() {
    List<String> order = new ArrayList<>();
    for (List<Delivery> next = claim("archive"); !next.isEmpty(); next = claim("archive")) {
      next.forEach(one -> order.add(one.eventId()));
      assertThat(next).hasSize(1);
      outbox.delivered(next.get(0));
    }
    return order;
  }

  @Test
  void anEventThatTheSinkDidNotTakeHoldsUpNoLaterOne() {
    outbox.add(List.of(event("e1", job, event("archive"))));
    outbox.add(List.of(later(1, event("e2", job, event("archive")))));

    outbox.failed(claim("archive").get(0), clock.instant().plusSeconds(60), "away");

    assertThat(claim("archive")).extracting(Delivery::eventId).containsExactly("e2");
  }

  @Test
  void eachSinkIsServedOnItsOwn() {
    outbox.add(List.of(event("e1", job, video("slow"), event("slow"), event("archive"))));

    claim("slow");

    Delivery archive = claim("archive").get(0);
    assertThat(archive.eventId()).isEqualTo("e1");
    assertThat(outbox.delivered(archive)).isTrue();
    assertThat(outbox.count(DELIVERED)).isEqualTo(1);
    assertThat(outbox.count(PENDING)).isEqualTo(2);
  }

  @Test
  void aFailedDeliveryIsDueAgainWithTheSameEventIdAndOneTryMore() {
    outbox.add(List.of(event("e1", job, event("archive"))));

    outbox.failed(claim("archive").get(0), clock.instant().plusSeconds(2), "away");

    assertThat(claim("archive")).isEmpty();
    clock.tick(Duration.ofSeconds(2));
    Delivery again = claim("archive").get(0);
    assertThat(again.eventId()).isEqualTo("e1");
    assertThat(again.tries()).isEqualTo(1);
  }

  @Test
  void whatIsDeliveredOrDeadIsDoneWith() {
    outbox.add(List.of(event("e1", job, event("a")), event("e2", other(), event("a"))));
    List<Delivery> both = claim("a");

    outbox.delivered(both.get(0));
    outbox.dead(both.get(1), "no");

    assertThat(outbox.delivered(both.get(1))).isFalse();
    assertThat(outbox.failed(both.get(0), clock.instant(), "late")).isFalse();
    clock.tick(Duration.ofDays(1));
    assertThat(claim("a")).isEmpty();
  }

  @Test
  void aDeliveryWhoseHolderDiedIsDueAgainWhenItsLeaseIsOver() {
    outbox.add(List.of(event("e1", job, event("archive"))));
    claim("archive");

    clock.tick(LEASE.minusMillis(1));
    assertThat(claim("archive")).isEmpty();
    clock.tick(Duration.ofMillis(1));
    assertThat(claim("archive")).hasSize(1);
  }

  @Test
  void anEventThatIsAddedTwiceIsToldOnce() {
    outbox.add(List.of(event("e1", job, event("archive"))));
    outbox.add(List.of(event("e1", job, event("archive"))));

    assertThat(claim("archive")).hasSize(1);
  }

  @Test
  void anEventThatNobodyGetsIsNotKept() {
    outbox.add(List.of(event("e1", job), event("e2", job, event("archive"))));

    assertThat(outbox.count(PENDING)).isEqualTo(1);
  }

  @Test
  void whatIsDeadForASinkWaitsForItAgainOnceSomebodySaysSo() {
    outbox.add(List.of(event("e1", job, event("a"), event("b")), event("e2", other(), event("a"))));
    claim("a").forEach(delivery -> outbox.dead(delivery, "no room"));
    outbox.dead(claim("b").get(0), "no room");

    assertThat(outbox.redeliver("a")).isEqualTo(2);

    assertThat(claim("b")).isEmpty();
    assertThat(claim("a"))
        .extracting(Delivery::eventId, Delivery::tries, Delivery::error)
        .containsExactlyInAnyOrder(tuple("e1", 0, null), tuple("e2", 0, null));
    assertThat(outbox.redeliver("a")).isZero();
    assertThat(outbox.count(DEAD)).isEqualTo(1);
  }

  @Test
  void oneThatIsDeadOrWaitsForAnotherTryIsDueNowIfSomebodySaysSo() {
    outbox.add(List.of(event("e1", job, event("a"), event("b"))));
    outbox.add(List.of(event("e2", other(), event("a"), event("b"))));
    outbox.dead(claim("a").get(0), "no room");
    DeliveryStatus dead = outbox.page("a", List.of(DEAD), 10, null).get(0);

    assertThat(outbox.redeliver(dead.key())).isTrue();

    assertThat(outbox.find(dead.key()).orElseThrow().state()).isEqualTo(Delivery.State.PENDING);
    Delivery again =
        claim("a").stream()
            .filter(one -> one.eventId().equals(dead.key().eventId()))
            .findFirst()
            .orElseThrow();
    assertThat(outbox.redeliver(dead.key())).as("while it is being made").isFalse();
    outbox.failed(again, clock.instant().plusSeconds(600), "away");
    assertThat(outbox.redeliver(dead.key())).isTrue();
    outbox.delivered(claim("a").get(0));
    assertThat(outbox.redeliver(dead.key())).isFalse();
  }

  @Test
  void whatIsOpenIsListedPageByPageTheOldestFirst() {
    for (int i = 0; i < 5; i++) {
      outbox.add(List.of(later(i / 2, event("e" + i, other(), event("a"), event("b")))));
    }
    claim("a").stream().limit(2).forEach(delivery -> outbox.dead(delivery, "no room"));

    List<String> paged = new ArrayList<>();
    List<DeliveryStatus> page = outbox.page("a", List.of(DEAD, Delivery.State.PENDING), 2, null);
    while (!page.isEmpty()) {
      page.forEach(one -> paged.add(one.key().eventId()));
      page = outbox.page("a", List.of(DEAD, Delivery.State.PENDING), 2, page.get(page.size() - 1));
    }

    assertThat(paged).containsExactly("e0", "e1", "e2", "e3", "e4");
    assertThat(outbox.page("a", List.of(DEAD), 10, null)).hasSize(2);
    assertThat(outbox.page("none", List.of(DEAD), 10, null)).isEmpty();
  }

  @Test
  void theDeliveriesOfAJobAreFoundHoweverFarTheyAre() {
    outbox.add(List.of(event("e1", job, event("a"), event("b"))));
    outbox.add(List.of(event("e2", other(), event("a"))));
    outbox.delivered(claim("b").get(0));

    assertThat(outbox.ofJob(job.id()))
        .extracting(one -> one.key().sink(), DeliveryStatus::state)
        .containsExactly(tuple("a", Delivery.State.PENDING), tuple("b", DELIVERED));
  }

  @Test
  void whatNobodyIsThereForIsDoneWith() {
    outbox.add(List.of(event("e1", job, event("a"))));

    assertThat(outbox.unwanted(claim("a").get(0), "gone")).isTrue();

    assertThat(outbox.count(DELIVERED)).isEqualTo(1);
  }

  private static OutboxEvent later(long millis, OutboxEvent event) {
    return new OutboxEvent(
        event.id(),
        event.subject(),
        event.type(),
        event.document(),
        event.fileName(),
        event.replyTo(),
        event.time().plusMillis(millis),
        event.targets());
  }

  private List<Delivery> claim(String sink) {
    return outbox.claim(sink, 10, LEASE);
  }
}
