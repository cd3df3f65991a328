package io.leonardoroutes.board;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.DeliveryStatus;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.video.VideoFolder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** One job, and all that is known of it. */
record JobPage(
    JobRow job,
    List<Fact> facts,
    String problem,
    List<String> warnings,
    Video video,
    String videoGone,
    List<Shown> pictures,
    List<Change> history,
    String request,
    String response,
    String answer,
    List<Sent> deliveries,
    boolean undelivered) {
  /**
   * One line of what is known.
   *
   * @param time whether the text is one
   * @param href where the text leads, or null
   */
  record Fact(String label, String text, boolean time, String href) {
    static Fact of(String label, String value) {
      return value == null ? null : new Fact(label, value, false, null);
    }

    static Fact at(String label, Instant time) {
      return time == null ? null : new Fact(label, BoardText.time(time), true, null);
    }

    static Fact job(String label, String id) {
      return id == null ? null : new Fact(label, id, false, BoardPaths.job(id));
    }
  }

  /** Our own copy of the video; the provider's is on another host, and so is never loaded. */
  record Video(String src, String size, String sha256) {}

  /** A picture of the request that we have. */
  record Shown(String src, String alt) {}

  /** A change of state. */
  record Change(String at, String state, String tone, String who, String where) {}

  /** A delivery. */
  record Sent(
      String at,
      String event,
      String content,
      String sink,
      String state,
      String tone,
      int tries,
      String next,
      String error) {}

  List<BoardButton> buttons() {
    return job.buttons();
  }

  boolean hasButtons() {
    return job.hasButtons();
  }

  boolean hasPictures() {
    return !pictures.isEmpty();
  }

  /** A doubt is worse than a failure that is known. */
  String problemTone() {
    return job.tone().equals("s-" + JobState.IN_DOUBT) ? "bad" : "warn";
  }

  static JobPage of(FlowContext flow, Job job, VideoFolder videos, PictureFolder folder) {
    boolean kept = job.video() != null && videos.find(job.id()).isPresent();
    List<Sent> deliveries =
        flow.ledger().outbox().ofJob(job.id()).stream().map(JobPage::sent).toList();
    return new JobPage(
        JobRow.of(job),
        facts(job),
        job.problem() == null ? null : job.problem().path("title").asText(""),
        job.warnings(),
        kept ? video(job) : null,
        gone(job, kept),
        pictures(flow.ledger().uploads().of(job), folder, job),
        flow.ledger().history(job.id()).stream().map(JobPage::change).toList(),
        BoardText.json(job.request()),
        BoardText.json(job.response()),
        job.problem() == null || !job.problem().has("answer")
            ? null
            : job.problem().path("answer").asText(),
        deliveries,
        deliveries.isEmpty());
  }

  private static List<Fact> facts(Job job) {
    List<Fact> facts = new ArrayList<>();
    facts.add(Fact.of("Id", job.id()));
    facts.add(Fact.of("Reference", job.reference()));
    facts.add(Fact.of("Caller", job.caller()));
    facts.add(Fact.of("Account", job.account()));
    facts.add(Fact.of("Model", job.model()));
    facts.add(Fact.of("Price", BoardText.price(job)));
    facts.add(Fact.of("Priority", String.valueOf(job.routing().priority())));
    facts.add(
        Fact.of(
            "Sinks",
            job.routing().sinks().isEmpty() ? null : String.join(", ", job.routing().sinks())));
    facts.add(Fact.of("Batch", job.batch()));
    facts.add(Fact.of("Generation", job.generationId()));
    facts.add(Fact.job("Retry of", job.retryOf()));
    facts.add(Fact.job("Same as", job.duplicateOf()));
    facts.add(Fact.at("Accepted", job.createdAt()));
    facts.add(Fact.at("Approved", job.approvedAt()));
    facts.add(Fact.at("Submitted", job.submittedAt()));
    facts.add(Fact.at("Finished", job.finishedAt()));
    facts.add(Fact.of("Took", took(job)));
    facts.removeIf(Objects::isNull);
    return facts;
  }

  private static String took(Job job) {
    return job.submittedAt() == null || job.finishedAt() == null
        ? null
        : BoardText.duration(Duration.between(job.submittedAt(), job.finishedAt()));
  }

  private static Video video(Job job) {
    return new Video(
        "/generations/" + job.id() + "/video",
        job.video().bytes() == null
            ? null
            : BoardText.count(Math.max(1, job.video().bytes() / 1_000)) + " kB",
        job.video().sha256());
  }

  private static String gone(Job job, boolean kept) {
    if (kept || job.state() != JobState.COMPLETE) {
      return null;
    }
    return job.video() != null && job.video().file() != null
        ? "Our copy was deleted after leonardo.videos.keep; the sinks have it."
        : "The video is not downloaded yet, or could not be.";
  }

  private static List<Shown> pictures(List<JobPicture> needed, PictureFolder folder, Job job) {
    return IntStream.range(0, needed.size())
        .filter(i -> folder.find(Picture.of(needed.get(i))).isPresent())
        .mapToObj(
            i ->
                new Shown(
                    BoardPaths.job(job.id()) + "/pictures/" + i,
                    "Picture of the request at " + needed.get(i).pointer()))
        .toList();
  }

  private static Change change(Moved moved) {
    return new Change(
        BoardText.time(moved.at()),
        BoardText.capital(moved.to().name()),
        "s-" + moved.to(),
        moved.who(),
        moved.where());
  }

  private static Sent sent(DeliveryStatus one) {
    boolean pending = one.state() == Delivery.State.PENDING;
    return new Sent(
        BoardText.time(one.since()),
        one.type(),
        one.key().content().word(),
        one.key().sink(),
        BoardText.capital(one.state().name()),
        "d-" + one.state(),
        one.tries(),
        pending && one.tries() > 0 ? BoardText.time(one.dueAt()) : null,
        one.error());
  }
}
