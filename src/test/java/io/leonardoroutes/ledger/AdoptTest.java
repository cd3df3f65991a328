package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.TickingClock;
import io.leonardoroutes.ledger.Acceptance.Accepted;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class AdoptTest {
  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Ledger ledger;

  @BeforeEach
  void open() {
    ledger = Ledger.open(engine.emptyDatabase(folder), clock);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void ofJobsThatWantTheSameGenerationAtOnceOneGetsIt() {
    List<Job> doubtful = IntStream.range(0, 16).mapToObj(i -> inDoubt()).toList();

    long adopted = doubtful.parallelStream().filter(job -> adopt(job, "gen-1")).count();

    assertThat(adopted).isEqualTo(1);
    assertThat(ledger.list(RUNNING, 100, null)).hasSize(1);
    assertThat(ledger.list(IN_DOUBT, 100, null)).hasSize(15);
  }

  @Test
  void aJobIsAdoptedOnce() {
    Job job = inDoubt();

    assertThat(adopt(job, "gen-1")).isTrue();
    assertThat(adopt(job, "gen-2")).isFalse();
    assertThat(ledger.find(job.id()).orElseThrow().generationId()).isEqualTo("gen-1");
  }

  @Test
  void generationsOfOursAreFoundByTheirIds() {
    Job job = inDoubt();
    adopt(job, "gen-1");

    Map<String, Job> owners = ledger.owners(List.of("gen-1", "somebody else's"));

    assertThat(owners).containsOnlyKeys("gen-1");
    assertThat(owners.get("gen-1").id()).isEqualTo(job.id());
    assertThat(ledger.owners(List.of())).isEmpty();
    assertThat(ledger.owners(IntStream.range(0, 10_025).mapToObj(i -> "g" + i).toList())).isEmpty();
  }

  private boolean adopt(Job job, String generationId) {
    return ledger.adopt(job, job.to(RUNNING).created(generationId, null).dueAt(clock.instant()));
  }

  private Job inDoubt() {
    Job accepted = ((Accepted) ledger.accept(Asked.request(), job -> List.of())).job();
    Job submitting =
        ledger.submitting(accepted, new Limits(100, 100), Duration.ofSeconds(30)).orElseThrow();
    Job.Change doubtful = submitting.to(IN_DOUBT).dueAt(clock.instant());
    assertThat(ledger.move(submitting, doubtful)).isTrue();
    return doubtful.job();
  }
}
