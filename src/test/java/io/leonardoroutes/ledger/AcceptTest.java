package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.NewJobs.event;
import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Acceptance.Conflict;
import io.leonardoroutes.job.Acceptance.Known;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class AcceptTest {
  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final Iterator<String> ids =
      List.of("11111111-a", "11111111-b", "22222222-c", "33333333-d").iterator();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  @Test
  void aRequestIsAJobThatCanBeFound() {
    Job job = accepted(request("order-1", "file:a", "hash"));

    assertThat(ledger.find(job.id())).contains(job);
    assertThat(job.state()).isEqualTo(JobState.ACCEPTED);
    assertThat(job.request()).isEqualTo(NewJobs.REQUEST);
    assertThat(job.name()).isEqualTo("koala-" + job.id().substring(0, 8));
  }

  @Test
  void theSameReferenceOrTheSameKeyWithTheSameContentIsTheSameJob() {
    Job job = accepted(request("order-1", "file:a", "hash"));

    assertThat(accept(request("order-1", "file:b", "hash"))).isEqualTo(new Known(job));
    assertThat(accept(request(null, "file:a", "hash"))).isEqualTo(new Known(job));
    assertThat(ledger.list(null, 10, null)).hasSize(1);
  }

  @Test
  void theSameReferenceOrTheSameKeyWithOtherContentIsAConflict() {
    Job job = accepted(request("order-1", "file:a", "hash"));

    assertThat(accept(request("order-1", null, "other"))).isEqualTo(new Conflict(job, "reference"));
    assertThat(accept(request(null, "file:a", "other"))).isEqualTo(new Conflict(job, "key"));
    assertThat(ledger.list(null, 10, null)).hasSize(1);
  }

  @Test
  void aCharacterThatADatabaseCannotKeepIsNoReasonToLoseARequest() {
    Job job = accepted(request("order\0-1", "key\0", "hash"));

    assertThat(((Known) accept(request("order\0-1", null, "hash"))).job().id()).isEqualTo(job.id());
    assertThat(ledger.find("\0")).isEmpty();
  }

  @Test
  void requestsWithoutReferenceAndKeyAreJobsOfTheirOwn() {
    accepted(request());
    accepted(request());

    assertThat(ledger.list(null, 10, null)).hasSize(2);
  }

  @Test
  void ofSixteenWhoAskForTheSameAtOnceOneMakesTheJob() throws Exception {
    List<Acceptance> all = sixteenTimes(() -> accept(request("order-1", "file:a", "hash")));

    assertThat(all).filteredOn(Accepted.class::isInstance).hasSize(1);
    assertThat(all).filteredOn(Known.class::isInstance).hasSize(15);
    assertThat(ledger.list(null, 100, null)).hasSize(1);
  }

  @Test
  void sixteenWhoAskForTheirOwnAtOnceAllGetIt() throws Exception {
    List<Acceptance> all = sixteenTimes(() -> accept(request()));

    assertThat(all).hasOnlyElementsOfType(Accepted.class);
    assertThat(ledger.list(null, 100, null)).hasSize(16);
  }

  @Test
  void twoJobsWhoseShortIdsCollideHaveFilesOfTheirOwn() {
    ledger.close();
    ledger = Ledger.open(TestLedger.database(url), clock, ids::next);

    assertThat(accepted(request()).name()).isEqualTo("koala-11111111");
    Job second = accepted(request());

    assertThat(second.name()).isEqualTo("koala-22222222");
    assertThat(second.id()).isEqualTo("22222222-c");
  }

  @Test
  void whatIsToldOfAnAcceptanceIsCommittedWithIt() {
    Job job =
        ((Accepted) ledger.accept(request(), one -> List.of(event("e1", one, event("archive")))))
            .job();

    assertThat(ledger.outbox().claim("archive", 10, Duration.ofSeconds(30)))
        .extracting(Delivery::subject)
        .containsExactly(job.id());
  }

  @Test
  void anAcceptanceThatCannotBeToldIsNone() {
    assertThatThrownBy(
            () ->
                ledger.accept(
                    request(),
                    one -> {
                      throw new IllegalStateException("no words");
                    }))
        .hasMessage("no words");

    assertThat(ledger.list(null, 10, null)).isEmpty();
  }

  @Test
  void jobsAreListedNewestFirstInPagesWithoutGapOrRepeat() {
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      newestFirst.add(0, accepted(request()).id());
      clock.tick(i % 5 == 0 ? Duration.ZERO : Duration.ofMillis(1));
    }

    List<String> seen = new ArrayList<>();
    for (List<Job> page = ledger.list(null, 10, null);
        !page.isEmpty();
        page = ledger.list(null, 10, seen.get(seen.size() - 1))) {
      page.forEach(job -> seen.add(job.id()));
    }

    assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(newestFirst);
    assertThat(ledger.list(null, 100, null))
        .extracting(Job::createdAt)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(ledger.list(JobState.RUNNING, 10, null)).isEmpty();
    assertThat(ledger.list(JobState.ACCEPTED, 10, null)).hasSize(10);
  }

  private Acceptance accept(NewJob request) {
    return ledger.accept(request, job -> List.of());
  }

  private Job accepted(NewJob request) {
    return ((Accepted) accept(request)).job();
  }

  private static List<Acceptance> sixteenTimes(Callable<Acceptance> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Acceptance> all = new ArrayList<>();
      for (Future<Acceptance> one : threads.invokeAll(java.util.Collections.nCopies(16, task))) {
        all.add(one.get());
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }
}
