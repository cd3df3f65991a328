package io.leonardoroutes.flow;

/**
 * The properties of an exchange by which routes and steps hand work to each other: every one that a
 * route or an intake may set or read. Headers carry none of this, as a caller could send them.
 *
 * <p>An intake of one's own sets those of the first group before {@code direct:leonardo-accept}, of
 * which {@link #KEY} matters most.
 *
 * <p>One file, because it is the whole seam between YAML and Java.
 */
public final class FlowProperties {
  // --- what an intake says of a request: read by IntakeProperties ---

  /**
   * The idempotency key: the same key again is the same job. Without it, a message that is
   * redelivered is a second job and a second payment.
   *
   * <p>Set by the intake. Read by {@code accept}. Default: none, and only the request's own {@code
   * reference} tells a repetition. At most 400 characters; begin it with the name of the intake, as
   * keys of all intakes share one ledger.
   */
  public static final String KEY = "leonardoKey";

  /**
   * Whether {@link #KEY} can never stand for another request, as the id of a message cannot. Then a
   * redelivery is answered with its job even if the request would be rejected by now.
   *
   * <p>Set by the intake. Read by {@code accept}. Default: {@code false}.
   */
  public static final String ONE_REQUEST = "leonardoOneRequest";

  /**
   * How the files of the request are named in an outbox.
   *
   * <p>Set by the intake. Read by {@code accept} and for a rejection. Default: the request's {@code
   * reference}, else its model.
   */
  public static final String NAME = "leonardoName";

  /**
   * Who asks. A reference stands for one request of each caller, and callers take turns.
   *
   * <p>Set by the intake, only from what the transport has authenticated. Read by {@code accept}.
   * Default: nobody, which is one caller too.
   */
  public static final String CALLER = "leonardoCaller";

  /**
   * Whether who asks is an operator, who may use every account.
   *
   * <p>Set by the REST intake. Read by {@code accept}. Default: {@code false}.
   */
  public static final String OPERATOR = "leonardoOperator";

  /**
   * Where the request came in, for the history of its job.
   *
   * <p>Set by the REST intake. Read by {@code accept}. Default: the id of the route that the
   * exchange came in by.
   */
  public static final String FROM = "leonardoFrom";

  /**
   * Names of sinks, separated by commas, for a request that names none.
   *
   * <p>Set by the intake. Read by {@code accept}. Default: every sink.
   */
  public static final String SINKS = "leonardoSinks";

  /**
   * 0 to 9, for a request that says none.
   *
   * <p>Set by the intake. Read by {@code accept}. Default: 4.
   */
  public static final String PRIORITY = "leonardoPriority";

  /**
   * The account that pays for a request that names none.
   *
   * <p>Set by the intake. Read by {@code check}. Default: the account of the caller, else the
   * default one.
   */
  public static final String DEFAULT_ACCOUNT = "leonardoDefaultAccount";

  /**
   * The JMS destination that answers go to, as {@code queue:NAME} or {@code topic:NAME}.
   *
   * <p>Set by the JMS intake, and by {@code deliver} for a reply. Read by {@code accept}, {@code
   * message}, {@code reply} and for a rejection. Default: nobody is answered.
   */
  public static final String REPLY_TO = "leonardoReplyTo";

  /**
   * The JMSCorrelationID of those answers.
   *
   * <p>Set by the JMS intake. Read by {@code accept} and for a rejection. Default: none.
   */
  public static final String CORRELATION_ID = "leonardoCorrelationId";

  /**
   * Where the pictures are that the request names by {@code file}, an {@code
   * io.leonardoroutes.upload.PictureSource}.
   *
   * <p>Set by the file and the REST intake, and by {@code batches}. Read by {@code check}. Default:
   * none, and such a request is rejected.
   */
  public static final String PICTURE_SOURCE = "leonardoPictureSource";

  // --- of our own intakes ---

  /**
   * The id of the job that the request tries again.
   *
   * <p>Set by {@code retry}. Read by {@code accept}. Default: none, as it tries no other again.
   */
  public static final String RETRY_OF = "leonardoRetryOf";

  /**
   * The intake that an operator pauses to hold back the request: {@code file}, {@code rest} or
   * {@code jms}.
   *
   * <p>Set by these intakes. Read by {@code accept}. Default: {@code other}, as all intakes of
   * one's own are called together.
   */
  public static final String PAUSED_AS = "leonardoPausedAs";

  /**
   * The folder's name in the keys of its files.
   *
   * <p>Set by {@code intake-file}. Read by the file intake, as it opens a file. Default: {@code
   * file}, by the route template.
   */
  public static final String INTAKE = "leonardoIntake";

  /**
   * The file that was dropped, as a {@link java.io.File}.
   *
   * <p>Set and read by the file intake. Default: none.
   */
  public static final String FILE = "leonardoFile";

  /**
   * The same file as it was when it was opened.
   *
   * <p>Set and read by the file intake. Default: none.
   */
  public static final String DROPPED = "leonardoDropped";

  /**
   * The queue that the message came from; a rejected one goes to the queue of that name with {@code
   * .rejected}.
   *
   * <p>Set by {@code intake-jms}. Read by the JMS intake. Default: none.
   */
  public static final String QUEUE = "leonardoQueue";

  /**
   * The text or bytes of the message.
   *
   * <p>Set by the intake. Read by the JMS intake and the kamelets that generate. Default: none.
   */
  public static final String CONTENT = "leonardoContent";

  /**
   * The job that the kamelet {@code leonardo-generate-action} answers.
   *
   * <p>Set and read by that kamelet. Default: none.
   */
  public static final String ANSWER = "leonardoAnswer";

  /**
   * The simple expression that makes the {@link #KEY}; none of its parts may be without a value.
   *
   * <p>Set by the kamelets that generate. Read by the kamelet intake. Default: none, and the
   * request is rejected.
   */
  public static final String KEY_EXPRESSION = "leonardoKeyExpression";

  /**
   * The simple expression that makes the {@link #CALLER}.
   *
   * <p>Set by the kamelets that generate. Read by the kamelet intake. Default: nobody asks.
   */
  public static final String CALLER_EXPRESSION = "leonardoCallerExpression";

  /**
   * The trace that the request came in, as the value of {@code traceparent} in W3C Trace Context;
   * one that is not valid counts as none.
   *
   * <p>Set by the REST and JMS intakes. Read by {@code accept}. Default: none.
   */
  public static final String TRACE_PARENT = "leonardoTraceParent";

  /**
   * The value of {@code tracestate} that came with {@link #TRACE_PARENT}.
   *
   * <p>Set by the REST and JMS intakes. Read by {@code accept}. Default: none.
   */
  public static final String TRACE_STATE = "leonardoTraceState";

  /**
   * Whether the call asks for {@code dry-run=true}: a request is checked and not accepted.
   *
   * <p>Set by the REST intake. Read by {@code intake-rest}, {@code batch} and {@code refused}.
   * Default: {@code false}.
   */
  public static final String DRY_RUN = "leonardoDryRun";

  /**
   * Whether the call asks for {@code atomic=true}: all requests of a batch are accepted, or none.
   *
   * <p>Set by the REST intake. Read by {@code batch}. Default: {@code false}.
   */
  public static final String ATOMIC = "leonardoAtomic";

  /**
   * Whether there are many requests: the body is an array of them, or the file holds many.
   *
   * <p>Set by the REST and the file intake. Read by {@code intake-rest} and {@code intake-file}.
   * Default: {@code false}.
   */
  public static final String BATCH = "leonardoBatch";

  /**
   * The batch that is worked on.
   *
   * <p>Set and read by the steps of {@code batch} and {@code batches}. Default: none.
   */
  public static final String UNDER_WAY = "leonardoUnderWay";

  /**
   * Whether something that is needed was unavailable for a request of the batch.
   *
   * <p>Set by {@code batch}. Read by {@code answer}. Default: {@code false}.
   */
  public static final String AWAY = "leonardoAway";

  /**
   * Whether nothing of an atomic batch was accepted.
   *
   * <p>Set and read by {@code batch}. Default: {@code false}.
   */
  public static final String REFUSED = "leonardoRefused";

  // --- what accept and the answers say ---

  /**
   * The account that pays for the request.
   *
   * <p>Set by {@code check}. Read by {@code accept} and {@code dry-run}. Default: none, and the
   * request is rejected.
   */
  public static final String ACCOUNT = "leonardoAccount";

  /**
   * The id of the job that is answered.
   *
   * <p>Set by {@code accept}. Read by the intake, as {@code intake-rest} does. Default: none.
   */
  public static final String ID = "leonardoId";

  /**
   * Whether that job was there before.
   *
   * <p>Set by {@code accept}. Read by the intake, as {@code intake-rest} does. Default: {@code
   * false}.
   */
  public static final String KNOWN = "leonardoKnown";

  /**
   * Whether the job that a call waited for has ended.
   *
   * <p>Set by the step {@code leonardoWait}. Read by {@code intake-rest}. Default: {@code false}.
   */
  public static final String ENDED = "leonardoEnded";

  /**
   * The preference of the {@code Prefer} header that was heeded.
   *
   * <p>Set by the step {@code leonardoWait}. Read by {@code intake-rest} and {@code generation}.
   * Default: none.
   */
  public static final String APPLIED = "leonardoApplied";

  /**
   * The entity tag of an answer.
   *
   * <p>Set and read by {@code answer}. Default: none.
   */
  public static final String ETAG = "leonardoETag";

  /**
   * Whether the caller has that answer already.
   *
   * <p>Set and read by {@code answer}. Default: {@code false}.
   */
  public static final String UNCHANGED = "leonardoUnchanged";

  /**
   * What an operator does on the board.
   *
   * <p>Set and read by {@code board-actions}. Default: none.
   */
  public static final String ACTION = "leonardoAction";

  /**
   * The page that asks the operator once more, if it may be paid twice.
   *
   * <p>Set by {@code board-actions}. Read by {@code board}. Default: none.
   */
  public static final String ASK_AGAIN = "leonardoAskAgain";

  /**
   * Where a browser is sent, in place of an answer.
   *
   * <p>Set and read by {@code board}. Default: none.
   */
  public static final String GO_TO = "leonardoGoTo";

  /**
   * Whether the answer is CSV.
   *
   * <p>Set and read by {@code costs}. Default: {@code false}.
   */
  public static final String CSV = "leonardoCsv";

  /**
   * Done once the caller hears no answer any more, a {@link
   * java.util.concurrent.CompletableFuture}.
   *
   * <p>Set by the HTTP server. Read by the steps that answer late. Default: none, on a server that
   * does not tell.
   */
  public static final String CALLER_GONE = "leonardoCallerGone";

  /**
   * The caller's share of what there is for all.
   *
   * <p>Set by the HTTP server. Read by the steps that answer late. Default: one share for all.
   */
  public static final String CALLER_SHARE = "leonardoCallerShare";

  /**
   * The memory that the body of the call takes.
   *
   * <p>Set by the HTTP server. Read by the steps that answer late. Default: none.
   */
  public static final String BODY_MEMORY = "leonardoHeldBody";

  // --- from submit to delivery ---

  /**
   * The job that the exchange is about.
   *
   * <p>Set and read by {@code create}, {@code look} and {@code download}. Default: none.
   */
  public static final String JOB = "leonardoJob";

  /**
   * Whether the ledger allowed the paid call: the only word on which it may be made.
   *
   * <p>Set and read by {@code create}. Default: {@code false}.
   */
  public static final String BEGUN = "leonardoBegun";

  /**
   * Whether the provider throttled the create, for want of a slot or a permit.
   *
   * <p>Set and read by {@code create}. Default: {@code false}.
   */
  public static final String THROTTLED = "leonardoTurnedAway";

  /**
   * Whether a slot at the provider was just freed, so that the next job need not wait.
   *
   * <p>Set and read by {@code create} and {@code look}. Default: {@code false}.
   */
  public static final String FREED = "leonardoFreed";

  /**
   * The account that is asked how many jobs it allows at once, or which models it has.
   *
   * <p>Set and read by {@code slots} and by {@code drift}. Default: none.
   */
  public static final String PROBED_ACCOUNT = "leonardoProbedAccount";

  /**
   * When the route that is timed began, in nanoseconds of {@link System#nanoTime}.
   *
   * <p>Set and read by the metrics. Default: none.
   */
  public static final String TIMED_SINCE = "leonardoTimedSince";

  /**
   * Whether that account may be asked now.
   *
   * <p>Set and read by {@code slots} and by {@code drift}. Default: {@code false}.
   */
  public static final String ASK = "leonardoAsk";

  /**
   * The reconcile round that the exchange is about.
   *
   * <p>Set and read by the steps of {@code reconcile}. Default: none.
   */
  public static final String ROUND = "leonardoRound";

  /**
   * Whether the provider is asked for another address of the video.
   *
   * <p>Set and read by {@code download}. Default: {@code false}.
   */
  public static final String LOOK_AGAIN = "leonardoLookAgain";

  /**
   * Why the video was not fetched, a {@link Throwable}.
   *
   * <p>Set and read by {@code download}. Default: none.
   */
  public static final String NOT_FETCHED = "leonardoNotFetched";

  /**
   * The delivery that the exchange is about.
   *
   * <p>Set and read by {@code deliver}. Default: none.
   */
  public static final String DELIVERY = "leonardoDelivery";

  // --- pictures ---

  /**
   * The folder that a file with many requests was dropped into, where its pictures are.
   *
   * <p>Set by the step {@code leonardoBatchFiles}. Read by {@code batches} and {@code check}.
   * Default: none.
   */
  public static final String FOLDER = "leonardoFolder";

  /**
   * The pictures of the request that were read and checked.
   *
   * <p>Set by {@code check}. Read by {@code accept}. Default: none.
   */
  public static final String PICTURES = "leonardoPicturesRead";

  /**
   * The upload that the exchange is about.
   *
   * <p>Set and read by {@code upload-picture} and {@code uploads}. Default: none.
   */
  public static final String UPLOAD = "leonardoPictureUpload";

  /**
   * Whether the upload may be made now.
   *
   * <p>Set and read by {@code upload-picture}. Default: {@code false}.
   */
  public static final String MAY_UPLOAD = "leonardoMayUpload";

  /**
   * Whether the picture may be erased now.
   *
   * <p>Set and read by {@code upload-picture}. Default: {@code false}.
   */
  public static final String MAY_ERASE = "leonardoMayErase";

  /**
   * The provider's id of the picture that is being uploaded.
   *
   * <p>Set and read by {@code upload-picture}. Default: none.
   */
  public static final String IMAGE_ID = "leonardoImageId";

  private FlowProperties() {}
}
