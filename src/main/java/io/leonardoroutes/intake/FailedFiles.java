package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.slf4j.event.Level;

/**
 * Moves the request file of a failed job from {@code .accepted} to {@code .failed}: a sink for the
 * event {@code failed}, so that a crash loses no move. The file gets the name of its job, and with
 * it, moved back into the inbox, the job is retried; see {@link RetryStep}.
 */
public final class FailedFiles {
  private static final JobLog JOBS = JobLog.of(FailedFiles.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FAILED = ".failed";

  /** The key of a request that came alone from {@code leonardo.inbox}. */
  private static final Pattern KEY = Pattern.compile("file:(.+):([0-9a-f]{64})", Pattern.DOTALL);

  private static final Pattern RETRY = Pattern.compile("(.+-[0-9a-f]{8})\\.retry\\.json");

  /** More retries of retries than anybody asks for. */
  private static final int LONGEST = 1_000;

  private final FlowContext flow;
  private final FolderPolicy policy;
  private final Path inbox;

  public FailedFiles(FlowContext flow) {
    this.flow = flow;
    this.policy = flow.settings().files().policy();
    this.inbox = flow.settings().intakes().inbox();
  }

  /** The file that a request came in. */
  private record RequestFile(String name, String sha256) {}

  /** The job that a file of this name is to retry; empty for any other name. */
  static Optional<String> retriedBy(String fileName) {
    return Optional.of(RETRY.matcher(fileName)).filter(Matcher::matches).map(name -> name.group(1));
  }

  private static String retryName(Job job) {
    return job.name() + ".retry.json";
  }

  /**
   * Moves the file of the job in the event.
   *
   * @throws IOException if it could not be moved, and has to be tried again
   */
  public void move(@Body String event) throws IOException {
    JsonNode data = JSON.readTree(event).path("data");
    Optional<Job> failed = flow.ledger().find(data.path("id").asText());
    Optional<RequestFile> file = failed.flatMap(this::file);
    if (file.isPresent()) {
      move(failed.get(), file.get());
    }
  }

  private Optional<RequestFile> file(Job job) {
    Optional<RequestFile> first = first(job);
    return job.retryOf() == null
        ? first
        : flow.ledger()
            .find(job.retryOf())
            .flatMap(of -> first.map(file -> new RequestFile(retryName(of), file.sha256())));
  }

  /** The file that a job, or the first of those that it retries, came in. */
  private Optional<RequestFile> first(Job job) {
    Optional<Job> first = Optional.of(job);
    for (int i = 0; i < LONGEST && first.filter(of -> of.retryOf() != null).isPresent(); i++) {
      first = flow.ledger().find(first.get().retryOf());
    }
    return first
        .map(Job::routing)
        .map(Job.Routing::intakeKey)
        .map(KEY::matcher)
        .filter(Matcher::matches)
        .map(key -> new RequestFile(key.group(1), key.group(2)));
  }

  /** Whether a file with this content holds the request of the job. */
  boolean isOf(Job job, String sha256) {
    return first(job).filter(file -> file.sha256().equals(sha256)).isPresent();
  }

  private void move(Job job, RequestFile file) throws IOException {
    String name = retryName(job);
    try (SafeFolder accepted = SafeFolder.open(inbox.resolve(DroppedFile.ACCEPTED), policy)) {
      if (accepted.find(file.name()).isEmpty() || !isSame(accepted, file.name(), file)) {
        return; // it was moved before, or another file has its name by now
      }
      try (SafeFolder failed = SafeFolder.openOrCreate(inbox.resolve(FAILED), policy)) {
        failed.moveFrom(accepted, file.name(), name);
        if (!isSame(failed, name, file) && accepted.find(file.name()).isEmpty()) {
          accepted.moveFrom(failed, name, file.name()); // it was replaced meanwhile
          return;
        }
        failed.sync();
      }
      JOBS.info(job, "{} failed: its request is {} in {}", name, FAILED);
    } catch (NoSuchFileException gone) {
      JOBS.log(Level.DEBUG, job, "{} failed: its request is not in {}", DroppedFile.ACCEPTED, gone);
    }
  }

  private boolean isSame(SafeFolder folder, String name, RequestFile file) throws IOException {
    try (InputStream in = folder.read(name)) {
      byte[] bytes = in.readNBytes(flow.settings().intakes().maxBytes() + 1);
      return AcceptStep.sha256(bytes).equals(file.sha256());
    }
  }
}
