package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.Upload;
import io.leonardoroutes.picture.UploadTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class JobUploadsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits TEN = TestLimits.of(10, 100);
  private static final Set<String> ACCOUNTS = Set.of(Job.DEFAULT_ACCOUNT);
  private static final JobPicture PICTURE = new JobPicture("/image", "abc", "png", 20, 10);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  private Job accepted(JobPicture... pictures) {
    JsonNode request =
        new ObjectMapper()
            .valueToTree(
                Map.of(
                    "model",
                    "kling-3.0-turbo",
                    "image",
                    Map.of("file", "start.png", "type", "UPLOADED", "sha256", "abc")));
    Acceptance accepted =
        ledger.accept(
            TestLedger.asked(null, request, new Job.Routing(null, null, "hash", 4, List.of(), null))
                .with(List.of(pictures)),
            job -> List.of());
    return ((Acceptance.Accepted) accepted).job();
  }

  private UploadTable uploads() {
    return ledger.uploads();
  }

  private List<Upload> claimed() {
    return uploads().claim(ACCOUNTS, 10, LEASE);
  }

  private List<Job> submittable() {
    return ledger.governor().due(10, TEN, LEASE).jobs();
  }

  private Job submitting(Job job) {
    Job due = submittable().get(0);
    assertThat(due.id()).isEqualTo(job.id());
    return ledger.submitting(due, TEN, LEASE).orElseThrow();
  }

  @Test
  void aJobIsSubmittedOnceItsPictureIsUploadedAndSettledAndThenHasItsId() {
    Job job = accepted(PICTURE);
    assertThat(submittable()).isEmpty();

    uploads().done(claimed().get(0), "id-1", Duration.ofSeconds(2));
    assertThat(submittable()).isEmpty();
    clock.tick(Duration.ofSeconds(2));

    assertThat(submitting(job).request().at("/image").toString())
        .isEqualTo("{\"id\":\"id-1\",\"type\":\"UPLOADED\"}");
    assertThat(ledger.find(job.id()).orElseThrow().request().at("/image/id").asText())
        .isEqualTo("id-1");
  }

  @Test
  void onePictureOfManyJobsIsOneUpload() {
    accepted(PICTURE);
    accepted(PICTURE);

    assertThat(claimed()).hasSize(1);
    assertThat(claimed()).isEmpty();
    accepted(PICTURE);
    assertThat(claimed()).isEmpty();
  }

  @Test
  void aPictureThatIsUploadedNeedsNoWait() {
    uploads()
        .done(uploads().request(Job.DEFAULT_ACCOUNT, Picture.of(PICTURE)), "id-1", Duration.ZERO);

    Job job = accepted(PICTURE);

    assertThat(submitting(job).request().at("/image/id").asText()).isEqualTo("id-1");
  }

  @Test
  void aFailedUploadIsTriedLaterAndSaysWhy() {
    Job job = accepted(PICTURE);
    JsonNode problem = new ObjectMapper().createObjectNode().put("detail", "away");

    uploads().failed(claimed().get(0), "away", Duration.ofSeconds(5), problem);

    assertThat(claimed()).isEmpty();
    assertThat(ledger.find(job.id()).orElseThrow().problem()).isEqualTo(problem);
    clock.tick(Duration.ofSeconds(5));
    assertThat(claimed()).extracting(Upload::tries).containsExactly(1);
  }

  @Test
  void theLeaseOfAnInstanceThatDiedRunsOut() {
    accepted(PICTURE);
    assertThat(claimed()).hasSize(1);

    clock.tick(LEASE);

    assertThat(claimed()).hasSize(1);
  }

  @Test
  void whatIsDoneStaysSoWhateverASecondTrySays() {
    accepted(PICTURE);
    Upload first = claimed().get(0);
    clock.tick(LEASE);
    Upload second = claimed().get(0);
    uploads().done(first, "id-1", Duration.ZERO);

    uploads().later(second, Duration.ZERO);
    uploads().failed(second, "away", Duration.ZERO, new ObjectMapper().createObjectNode());

    assertThat(claimed()).isEmpty();
  }

  @Test
  void aRefusedIdIsUploadedAnewOncePerJob() {
    Job job = accepted(PICTURE);
    uploads().done(claimed().get(0), "id-1", Duration.ZERO);
    Job first = submitting(job);

    assertThat(uploads().uploadAnew(first, picture -> true)).isTrue();
    assertThat(uploads().uploadAnew(first, picture -> true)).isTrue();
    ledger.move(first, first.to(JobState.ACCEPTED).dueAt(clock.instant()));
    assertThat(submittable()).isEmpty();
    uploads().done(claimed().get(0), "id-2", Duration.ZERO);
    Job second = submitting(job);

    assertThat(second.request().at("/image/id").asText()).isEqualTo("id-2");
    assertThat(uploads().uploadAnew(second, picture -> true)).isFalse();
  }

  @Test
  void anOldIdIsForgottenAndAJobThatWaitsGetsANewOne() {
    Job job = accepted(PICTURE);
    uploads().done(claimed().get(0), "id-1", Duration.ZERO);

    uploads().forget(clock.instant().plusMillis(1));

    assertThat(submittable()).isEmpty();
    uploads().done(claimed().get(0), "id-2", Duration.ZERO);
    assertThat(submitting(job).request().at("/image/id").asText()).isEqualTo("id-2");
  }

  @Test
  void aPictureIsErasedOnlyOnceNoJobNeedsIt() {
    Job job = accepted(PICTURE);
    uploads().done(claimed().get(0), "id-1", Duration.ZERO);
    uploads().eraseUnneeded();
    assertThat(claimed()).isEmpty();
    assertThat(uploads().needs("abc")).isTrue();

    assertThat(ledger.move(job, job.to(JobState.CANCELLED).done())).isTrue();
    uploads().eraseUnneeded();
    Upload erasing = claimed().get(0);
    assertThat(erasing.imageId()).isEqualTo("id-1");
    uploads().erased(erasing);

    assertThat(uploads().find(Job.DEFAULT_ACCOUNT, "abc").orElseThrow().isDone()).isFalse();
    assertThat(uploads().needs("abc")).isFalse();
    accepted(PICTURE);
    assertThat(claimed()).hasSize(1);
  }

  @Test
  void aJobInDoubtWhosePictureIsUploadedMeanwhileIsSubmittedOnceItIsKnownToBeUnpaid() {
    Job doubtful = inDoubt(accepted(PICTURE));
    uploads().done(claimed().get(0), "id-1", Duration.ZERO);
    unpaid(doubtful);

    assertThat(submittable()).extracting(Job::id).containsExactly(doubtful.id());
  }

  @Test
  void aJobInDoubtWhosePicturesIdIsForgottenMeanwhileHasItUploadedAnew() {
    Job job = accepted(PICTURE);
    uploads().done(claimed().get(0), "id-1", Duration.ZERO);
    Job doubtful = inDoubt(submitting(job));
    clock.tick(Duration.ofDays(8));
    uploads().forget(clock.instant());
    assertThat(claimed()).isEmpty();
    unpaid(doubtful);

    assertThat(submittable()).isEmpty();
    uploads().done(claimed().get(0), "id-2", Duration.ZERO);
    assertThat(submitting(job).request().at("/image/id").asText()).isEqualTo("id-2");
  }

  private Job inDoubt(Job job) {
    Job.Change doubt = job.to(JobState.IN_DOUBT).dueAt(clock.instant());
    assertThat(ledger.move(job, doubt)).isTrue();
    return ledger.find(job.id()).orElseThrow();
  }

  private void unpaid(Job doubtful) {
    Job.Change unpaid = doubtful.to(JobState.ACCEPTED).submittedAt(null).dueAt(clock.instant());
    assertThat(ledger.move(doubtful, unpaid)).isTrue();
  }

  private Job named(String id) {
    JsonNode request =
        new ObjectMapper()
            .valueToTree(Map.of("images", List.of(Map.of("id", id, "type", "UPLOADED"))));
    Job.Routing routing = new Job.Routing(null, null, "hash", 4, List.of(), null);
    Acceptance accepted = ledger.accept(TestLedger.asked(null, request, routing), job -> List.of());
    return ((Acceptance.Accepted) accepted).job();
  }

  private void again(Job refused) {
    Job.Change change = refused.to(JobState.ACCEPTED).submittedAt(null).dueAt(clock.instant());
    assertThat(ledger.move(refused, change)).isTrue();
  }

  @Test
  void anIdThatACallerGotIsUploadedAnewOnceIfTheBytesAreThere() {
    uploads().request(Job.DEFAULT_ACCOUNT, Picture.of(PICTURE));
    uploads().done(claimed().get(0), "id-1", Duration.ZERO);
    Job first = submitting(named("id-1"));

    assertThat(uploads().uploadAnew(first, picture -> false)).isFalse();
    assertThat(uploads().uploadAnew(first, picture -> true)).isTrue();
    again(first);
    assertThat(submittable()).isEmpty();
    assertThat(ledger.find(first.id()).orElseThrow().waitsFor()).isEqualTo(WaitsFor.UPLOAD);
    uploads().done(claimed().get(0), "id-2", Duration.ZERO);
    Job sent = submitting(first);
    assertThat(sent.request().at("/images/0/id").asText()).isEqualTo("id-2");
    assertThat(uploads().uploadAnew(sent, picture -> true)).as("once").isFalse();

    // The picture has a new id by now, and another request still the old one.
    ledger.move(sent, sent.to(JobState.RUNNING).created("g", null).dueAt(clock.instant()));
    Job second = submitting(named("id-1"));
    assertThat(uploads().uploadAnew(second, picture -> true)).isTrue();
    again(second);
    assertThat(claimed()).isEmpty();
    assertThat(submitting(second).request().at("/images/0/id").asText()).isEqualTo("id-2");
    assertThat(uploads().uploadAnew(submitted("unknown"), picture -> true)).isFalse();
  }

  private Job submitted(String id) {
    Job job = named(id);
    return ledger.submitting(job, TEN, LEASE).orElseThrow();
  }

  @Test
  void aJobSaysThatItWaitsForItsPicture() {
    Job job = accepted(PICTURE);
    assertThat(job.waitsFor()).isEqualTo(WaitsFor.UPLOAD);
    JobFilter waiting = new JobFilter(null, WaitsFor.UPLOAD, null, null, null, null, null, null);
    assertThat(ledger.page(waiting, 9, null)).containsExactly(job);
    ledger.move(job, job.to(JobState.ACCEPTED).dueAt(clock.instant()));
    assertThat(ledger.page(waiting, 9, null)).extracting(Job::id).containsExactly(job.id());

    uploads().done(claimed().get(0), "id-1", Duration.ZERO);
    assertThat(ledger.page(waiting, 9, null)).isEmpty();
    assertThat(ledger.find(job.id()).orElseThrow().waitsFor()).isNull();
  }
}
