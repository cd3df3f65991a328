package io.leonardoroutes.delivery;

import static io.leonardoroutes.job.JobState.COMPLETE;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.ClaimedWork;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.http.PublicAddresses.PrivateAddress;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.GenerationStatus;
import io.leonardoroutes.leonardo.RetryAfter;
import io.leonardoroutes.provider.ProviderResponse;
import io.leonardoroutes.track.TrackStep;
import io.leonardoroutes.video.DownloadFailed;
import io.leonardoroutes.video.DownloadFailed.Hopeless;
import io.leonardoroutes.video.DownloadFailed.NoRoom;
import io.leonardoroutes.video.DownloadFailed.NotAllowed;
import io.leonardoroutes.video.DownloadFailed.WorthAnotherTry;
import io.leonardoroutes.video.StoredVideo;
import io.leonardoroutes.video.VideoFolder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The steps of {@code fetch.camel.yaml}: downloads finished videos, once per job. Sinks hear of
 * {@code completed} only then.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class DownloadStep {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadStep.class);
  private static final JobLog JOBS = JobLog.of(DownloadStep.class);
  private static final int BATCH = 20;
  private static final String FOLDER = "the folder of videos";
  private static final Duration LONGEST = Duration.ofMinutes(10);
  static final RetryBackoff AGAIN = new RetryBackoff(Duration.ofSeconds(1), LONGEST);

  /** Answers of an address that has expired or moved. */
  private static final Set<Integer> GONE = Set.of(401, 403, 404, 410);

  private static final RetryBackoff ONCE_IT_IS_SET = new RetryBackoff(LONGEST, LONGEST);

  private final FlowContext flow;
  private final Ledger ledger;
  private final LeonardoSettings.Downloads settings;
  private final VideoFolder videos;
  private final Duration lease;
  private final ClaimedWork<Job> claimed;
  private final Map<String, Instant> cameFrom = new ConcurrentHashMap<>();

  public DownloadStep(FlowContext flow, VideoFolder videos) {
    this.flow = flow;
    this.ledger = flow.ledger();
    this.settings = flow.settings().downloads();
    this.videos = videos;
    this.lease = flow.settings().lease();
    this.claimed = new ClaimedWork<>(Job::id, flow.clock(), lease, lost());
  }

  /** Longer than the last download of a batch takes, which waits for the others. */
  private Duration lost() {
    return settings.limits().maxTime().multipliedBy(BATCH);
  }

  /**
   * Finished jobs whose video is not downloaded yet, without {@linkplain ClaimedWork under way}. If
   * there are some, the route looks at once for the next.
   */
  public List<Job> due(Exchange exchange) {
    exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
    List<Job> due = claimed.begins(flow.outages().query(this::claim));
    exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !due.isEmpty());
    return due;
  }

  /** Renews the leases of downloads under way and of those that wait for their turn. */
  public void renew() {
    flow.outages().attempt(() -> claimed.renew(jobs -> ledger.renew(COMPLETE, ids(jobs), lease)));
  }

  private List<Job> claim() {
    claimed.forget(lost());
    return ledger.claim(COMPLETE, BATCH - claimed.size(), lease).stream()
        .filter(job -> !isCopied(job))
        .toList();
  }

  /** Copies the video of the job that this one is a duplicate of, unless it has one of its own. */
  private boolean isCopied(Job job) {
    if (job.duplicateOf() == null || job.generationId() != null) {
      return false;
    }
    try {
      Optional<StoredVideo> copy = videos.copy(job.duplicateOf(), job.id());
      copy.ifPresent(kept -> fetched(job, kept));
      return copy.isPresent();
    } catch (DownloadFailed | IOException e) {
      JOBS.info(
          job, "{} is downloaded, as the copy of its video cannot be used: {}", e.getMessage());
      return false;
    }
  }

  private static List<String> ids(List<Job> jobs) {
    return jobs.stream().map(Job::id).toList();
  }

  /**
   * Prepares the download for the job in the body.
   *
   * @throws DownloadFailed if the address must not be called
   */
  public void begin(Exchange exchange) throws DownloadFailed {
    Job job = exchange.getMessage().getBody(Job.class);
    exchange.setProperty(FlowProperties.JOB, job);
    claimed.endsWith(exchange, job, again -> flow.outages().attempt(() -> ledger.endLease(again)));
    ProviderResponse.keepCompressed(exchange);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setBody(null);
    message.setHeader(Exchange.HTTP_URI, videos.allowed(job.video().url()).toString());
  }

  /** Streams the answer into its file. */
  public void keep(Exchange exchange) throws DownloadFailed, IOException {
    Job job = exchange.getProperty(FlowProperties.JOB, Job.class);
    Message message = exchange.getMessage();
    int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
    if (!(message.getBody() instanceof InputStream in)) {
      if (GONE.contains(status)) {
        throw new WrongStatus(status, message.getHeader("Retry-After", String.class));
      }
      throw new IOException("the video's address answered " + status + " with nothing");
    }
    try {
      if (status != 200) {
        throw new WrongStatus(status, message.getHeader("Retry-After", String.class));
      }
      StoredVideo kept =
          videos.keep(
              job.id(),
              message.getHeader(Exchange.CONTENT_TYPE, String.class),
              message.getHeader(Exchange.CONTENT_LENGTH, -1L, Long.class),
              in);
      back(host(job));
      fetched(job, kept);
    } finally {
      // Camel would read the rest to its end, and some answers have no end.
      ProviderResponse.abandon(in);
    }
  }

  private void fetched(Job job, StoredVideo kept) {
    Job.Video seen = job.video();
    Job.Change done =
        job.to(COMPLETE)
            .video(
                new Job.Video(
                    seen.id(),
                    seen.url(),
                    seen.poster(),
                    kept.path().toString(),
                    kept.bytes(),
                    kept.sha256()))
            .problem(null)
            .done();
    if (ledger.move(job, done, told(job, done.job()))) {
      JOBS.info(job, "{} complete, {} bytes of video", kept.bytes());
      if (wasFetched(job) && !kept.sha256().equals(seen.sha256())) {
        JOBS.warn(job, "{} was fetched again, and its video is not the one of before");
      }
    }
  }

  /** Whether it is fetched again, after its sinks had its video. */
  private static boolean wasFetched(Job job) {
    return job.video().sha256() != null;
  }

  /** A job completes once, however often its video is fetched. */
  private OutboxEvent[] told(Job before, Job done) {
    if (wasFetched(before)) {
      return new OutboxEvent[0];
    }
    boolean known = JobProblems.isNotFetched(before);
    return new OutboxEvent[] {
      known ? flow.events().video(done) : flow.events().of(EventType.COMPLETED, done)
    };
  }

  /**
   * Records a failed download: retried later, or completed without a file. If the address has
   * expired, the provider is asked once for another one: {@code leonardoLookAgain} says so, and the
   * job is left for {@link #shown}.
   */
  public void failed(
      Exchange exchange,
      @ExchangeProperty(FlowProperties.JOB) Job job,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
    exchange.setProperty(FlowProperties.LOOK_AGAIN, false);
    if (caught instanceof JdbiException) {
      // Not the fault of the video: it is retried after the lease.
      flow.outages().reportFailure(FOLDER, caught);
    } else {
      flow.outages().attempt(() -> write(exchange, job, caught));
    }
  }

  private void write(Exchange exchange, Job job, Exception caught) {
    Exception failure =
        caught instanceof PrivateAddress inside
            ? VideoFolder.isPrivate(inside.host(), inside.getMessage())
            : caught;
    int tries = job.schedule().tries();
    boolean last = failure instanceof Hopeless || tries + 1 >= settings.tries();
    away(job, failure, last);
    boolean gone = failure instanceof WrongStatus wrong && wrong.isGone();
    boolean poll = !last && gone && job.generationId() != null && mayPoll(job);
    exchange.setProperty(FlowProperties.LOOK_AGAIN, poll);
    if (poll) {
      exchange.setProperty(FlowProperties.NOT_FETCHED, failure);
      TrackStep.ask(exchange, job);
    } else if (last) {
      giveUp(job, String.valueOf(failure.getMessage()));
    } else {
      again(job, failure);
    }
  }

  private boolean mayPoll(Job job) {
    return flow.settings().accounts().find(job.account()).stream()
        .anyMatch(account -> ledger.governor().call(account.limits()));
  }

  private void again(Job job, Exception failure) {
    int tries = job.schedule().tries();
    Duration wait =
        failure instanceof NotAllowed
            ? ONCE_IT_IS_SET.after(tries)
            : AGAIN.after(tries, failure instanceof WrongStatus wrong ? asked(wrong) : null);
    // Logged once: there may be a thousand tries.
    JOBS.log(
        tries == 0 ? Level.INFO : Level.DEBUG,
        job,
        "{} could not be downloaded, retrying in {}: {}",
        wait,
        failure.getMessage());
    ledger.move(job, job.to(COMPLETE).triedAgainAt(flow.clock().instant().plus(wait)));
  }

  private Duration asked(WrongStatus wrong) {
    return RetryAfter.read(wrong.retryAfter, flow.clock().instant());
  }

  private void giveUp(Job job, String why) {
    JsonNode problem = JobProblems.notFetched(why);
    Job.Change done = job.to(COMPLETE).problem(problem).done();
    if (ledger.move(job, done, told(job, done.job()))) {
      JOBS.warn(job, "{} is complete, but its video could not be downloaded: {}", why);
    }
  }

  /**
   * Reads the poll of a job whose video address had expired. The first new address is used at once;
   * a provider that shows a new one each time is asked less and less often. While the ledger is
   * unavailable, the job is taken up again after its lease.
   */
  public void shown(Exchange exchange) {
    ProviderResponse answer = ProviderResponse.of(exchange, flow.settings());
    GenerationStatus status =
        answer.failure() == null
            ? GenerationStatus.read(
                answer.status(), answer.retryAfter(), answer.body(), flow.clock().instant())
            : GenerationStatus.failed(answer.failure());
    flow.outages().attempt(() -> shown(exchange, status));
  }

  private void shown(Exchange exchange, GenerationStatus status) {
    Job job = exchange.getProperty(FlowProperties.JOB, Job.class);
    if (status instanceof GenerationStatus.Throttled throttled) {
      ledger.governor().pollThrottled(job.account(), throttled.retryAfter());
    }
    if (!(status instanceof GenerationStatus.Complete complete)
        || complete.videoUrl().equals(job.video().url())) {
      again(job, exchange.getProperty(FlowProperties.NOT_FETCHED, Exception.class));
      return;
    }
    int tries = job.schedule().tries();
    Instant now = flow.clock().instant();
    Job.Change fresh =
        job.to(COMPLETE)
            .video(atNewAddress(job.video(), TrackStep.video(complete)))
            .response(complete.response())
            .triedAgainAt(tries == 0 ? now : now.plus(AGAIN.after(tries)));
    if (ledger.move(job, fresh)) {
      JOBS.info(job, "{} has a new video address, as the old one has expired");
    }
  }

  private static Job.Video atNewAddress(Job.Video seen, Job.Video shown) {
    return new Job.Video(
        shown.id(), shown.url(), shown.poster(), seen.file(), seen.bytes(), seen.sha256());
  }

  /** The poll failed. */
  public void notShown(Exchange exchange) {
    Job job = exchange.getProperty(FlowProperties.JOB, Job.class);
    flow.outages()
        .attempt(
            () -> again(job, exchange.getProperty(FlowProperties.NOT_FETCHED, Exception.class)));
  }

  /** An answer of the address that is not the video. */
  private static final class WrongStatus extends IOException {
    private static final long serialVersionUID = 1;
    private final int status;
    private final String retryAfter;

    WrongStatus(int status, String retryAfter) {
      super("the video's address answered " + status);
      this.status = status;
      this.retryAfter = retryAfter;
    }

    private boolean isGone() {
      return GONE.contains(status);
    }
  }

  /** The download worked, and there was room on the disk. */
  private void back(String host) {
    cameFrom.put(host, flow.clock().instant());
    flow.outages().reportUp(host);
    flow.outages().reportUp(FOLDER);
  }

  /**
   * Reports what is unavailable. A host is reported once a second try for a video fails and no
   * other video came from it for a while, so that one bad video among good ones is no outage.
   */
  private void away(Job job, Exception failure, boolean last) {
    String why = String.valueOf(failure.getMessage());
    if (failure instanceof NotAllowed notAllowed) {
      String what = "a video that " + notAllowed.setting() + " does not allow";
      flow.outages().reportExpiring(what, why);
      if (last) {
        // No video will come for it; one that still waits logs it again.
        flow.outages().reportUp(what);
      }
    } else if (failure instanceof NoRoom) {
      flow.outages().reportExpiring(FOLDER, why);
    } else if (failure instanceof WorthAnotherTry || failure instanceof IOException) {
      Instant came = cameFrom.getOrDefault(host(job), Instant.MIN);
      boolean nothingComes = came.isBefore(flow.clock().instant().minus(LONGEST));
      if (job.schedule().tries() > 0 && nothingComes) {
        flow.outages().reportExpiring(host(job), why);
      }
    }
  }

  /** The host of the address; it is a listed one, as no other is called. */
  private static String host(Job job) {
    return "the videos' host " + URI.create(job.video().url()).getHost().toLowerCase(Locale.ROOT);
  }

  /** Deletes our copies that are older than {@code leonardo.videos.keep}. */
  public void sweep() {
    flow.outages().attempt(this::deleteOldVideos);
  }

  private void deleteOldVideos() {
    Instant before = flow.clock().instant().minus(settings.keep());
    try {
      int swept = videos.sweep(before, flow.ledger().outbox()::wantsVideo);
      if (swept > 0) {
        LOG.info("{} videos older than {} deleted", swept, settings.keep());
      }
    } catch (NoSuchFileException e) {
      LOG.debug("there is no folder of videos, and nothing to delete in it: {}", String.valueOf(e));
    } catch (IOException e) {
      LOG.warn("old videos could not be deleted, retrying in an hour: {}", String.valueOf(e));
    }
  }
}
