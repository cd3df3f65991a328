package io.leonardoroutes.board;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.Quote;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.problem.RequestRejected;
import java.util.Arrays;
import java.util.Locale;

/** What an operator may do with a job. */
enum JobAction {
  APPROVE("Approve", "Approved: it is submitted in its turn."),
  REJECT("Reject", "Rejected: it is cancelled."),
  CANCEL("Cancel", "Cancelled."),
  PAID("It was paid", "It is followed to its video."),
  UNPAID("It was not paid", "It is submitted again."),
  FAILED_("Give up", "Given up."),
  FETCH("Fetch the video again", "The video is being fetched again."),
  RETRY("Retry", "This is the new job.");

  /** What has to be confirmed, as {@code POST /generations/{id}/retry} and resolve call it. */
  static final String MAY_BE_BILLED = "may-be-billed";

  static final String WAS_MADE = "was-made";
  private static final String NOTHING = "Nothing.";

  private final String label;
  private final String done;

  JobAction(String label, String done) {
    this.label = label;
    this.done = done;
  }

  /** As in paths. */
  String word() {
    return name().replace("_", "").toLowerCase(Locale.ROOT);
  }

  String label() {
    return label;
  }

  String done() {
    return done;
  }

  boolean isDecision() {
    return this == PAID || this == UNPAID || this == FAILED_;
  }

  /**
   * The action of a path.
   *
   * @throws RequestRejected 404
   */
  static JobAction of(String word) {
    return Arrays.stream(values())
        .filter(one -> one.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new RequestRejected(
                    404, "not-found", "Not found", "there is nothing at this path"));
  }

  /** Whether it may be done with the job as it stands. */
  boolean isFor(Job job) {
    return switch (this) {
      case APPROVE, REJECT -> job.state() == ACCEPTED && job.waitsFor() == WaitsFor.APPROVAL;
      case CANCEL -> job.state() == ACCEPTED;
      case PAID, UNPAID -> job.state() == IN_DOUBT;
      case FAILED_ ->
          job.state() == IN_DOUBT || (job.state() == RUNNING && JobProblems.isLate(job));
      case FETCH -> job.state() == COMPLETE && job.video() != null && job.video().url() != null;
      case RETRY -> job.state() == FAILED || job.state() == CANCELLED;
    };
  }

  /** The page that asks back. */
  AskPage ask(FlowContext flow, Job job) {
    String name = job.name();
    String back = BoardPaths.job(job.id());
    String href = back + "/" + word();
    return switch (this) {
      case APPROVE ->
          AskPage.of(
                  "Approve " + name + "?",
                  "It is submitted in its turn, and cannot be cancelled after that.",
                  price(flow, job),
                  href,
                  back)
              .button("Approve", false);
      case REJECT ->
          AskPage.of(
                  "Reject " + name + "?",
                  "It is cancelled, and its sinks are told.",
                  NOTHING,
                  href,
                  back)
              .button("Reject", true);
      case CANCEL ->
          AskPage.of(
                  "Cancel " + name + "?",
                  "It is not submitted yet, and will not be. Its sinks are told.",
                  NOTHING,
                  href,
                  back)
              .button("Cancel the job", true);
      case PAID ->
          AskPage.of(
                  "Was " + name + " paid?",
                  "Say so if the provider's own pages show its generation. It is then followed to"
                      + " its video.",
                  "Nothing more: what the provider billed for it counts as spent.",
                  href,
                  back)
              .askGeneration(JobProblems.named(job))
              .button("It was paid", false);
      case UNPAID -> unpaid(flow, job, href, back);
      case FAILED_ ->
          AskPage.of(
                  "Give up " + name + "?",
                  "It ends as failed, and its sinks are told. Whether the provider made and billed"
                      + " it stays unknown.",
                  "Nothing more; what was begun may have been billed.",
                  href,
                  back)
              .button("Give it up", true);
      case FETCH ->
          AskPage.of(
                  "Fetch the video of " + name + " again?",
                  "It is downloaded again if our copy is gone or was given up. The sinks are not"
                      + " told again.",
                  "Nothing.",
                  href,
                  back)
              .button("Fetch it", false);
      case RETRY -> retry(flow, job, href, back);
    };
  }

  private static AskPage unpaid(FlowContext flow, Job job, String href, String back) {
    AskPage ask =
        AskPage.of(
                "Was " + job.name() + " not paid?",
                "Say so only if the provider's own pages show no generation for it. It is then"
                    + " submitted again.",
                price(flow, job) + " If the first call was billed after all, it is paid twice.",
                href,
                back)
            .button("It was not paid", true);
    return JobProblems.wasMade(job)
        ? ask.askConfirm(
            WAS_MADE,
            "The provider's answer names a generation, so it was probably made and billed. I know"
                + " that it may be paid twice.")
        : ask;
  }

  private static AskPage retry(FlowContext flow, Job job, String href, String back) {
    AskPage ask =
        AskPage.of(
                "Retry " + job.name() + "?",
                "Its request becomes a new job. If it was retried before, you are shown that job,"
                    + " and nothing is paid.",
                price(flow, job),
                href,
                back)
            .button("Retry", false);
    return JobProblems.isGivenUp(job) ? confirmed(ask) : ask;
  }

  /** The same, once it is known that it may be paid twice. */
  static AskPage confirmed(AskPage ask) {
    return ask.askConfirm(
        MAY_BE_BILLED,
        "Nobody knows whether it was billed or retried before. I know that it may be paid twice.");
  }

  /** For example About $1.20, of account default. */
  private static String price(FlowContext flow, Job job) {
    Quote quote = flow.quotes().quote(job.account(), job.request());
    if (quote.amount() == null) {
      return "Not known: " + quote.reason() + ".";
    }
    return "%s %s, by %s; account %s pays."
        .formatted(
            Boolean.TRUE.equals(quote.from()) ? "At least" : "About",
            BoardText.money(quote.amount(), quote.unit()),
            quote.basis().equals("learned") ? "what jobs like it cost" : "the price table",
            job.account());
  }
}
