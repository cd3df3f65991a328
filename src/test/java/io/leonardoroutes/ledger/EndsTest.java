package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What those who wait for the end of jobs, and follow them, are told. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class EndsTest {
  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  private Job accepted() {
    return ((Accepted) ledger.accept(NewJobs.request(), job -> List.of())).job();
  }

  private Job moved(Job job, Job.Change change) {
    assertThat(ledger.move(job, change)).isTrue();
    return change.job();
  }

  private List<String> ended(Job job) {
    return ledger.ended(List.of(job.id(), "none")).stream().map(Job::id).toList();
  }

  @Test
  void aVideoThatIsToBeFetchedIsNoEndAndNoChangeYet() {
    Job running =
        moved(
            ledger
                .submitting(accepted(), TestLimits.of(10, 10), Duration.ofSeconds(30))
                .orElseThrow(),
            job -> job.to(RUNNING).created("gen", null).dueAt(clock.instant()));
    Job complete = moved(running, running.to(COMPLETE).dueAt(clock.instant()));

    assertThat(complete.ended()).isFalse();
    assertThat(ended(complete)).isEmpty();
    assertThat(ledger.changes(List.of(complete.id()))).isEqualTo(Map.of(complete.id(), 3));

    Job fetched = moved(complete, complete.to(COMPLETE).done());
    assertThat(fetched.ended()).isTrue();
    assertThat(ended(fetched)).containsExactly(fetched.id());
    assertThat(ledger.changes(List.of(fetched.id()))).isEqualTo(Map.of(fetched.id(), 4));
  }

  private Job moved(Job job, Function<Job, Job.Change> change) {
    return moved(job, change.apply(job));
  }

  @Test
  void manyAreAskedForAtOnce() {
    Job waits = accepted();
    Job cancelled = accepted();
    moved(cancelled, cancelled.to(CANCELLED).done());
    List<String> ids = new ArrayList<>(List.of(waits.id(), cancelled.id()));
    for (int i = 0; i < 50_000; i++) {
      ids.add("none-" + i);
    }

    assertThat(ledger.all(ids)).extracting(Job::id).containsOnly(waits.id(), cancelled.id());
    assertThat(ledger.ended(ids)).extracting(Job::id).containsExactly(cancelled.id());
    assertThat(ledger.changes(ids)).isEqualTo(Map.of(waits.id(), 1, cancelled.id(), 2));
    assertThat(ledger.all(List.of())).isEmpty();
    assertThat(ledger.changes(List.of())).isEmpty();
  }
}
