package io.leonardoroutes.upload;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.picture.Upload;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.QueryParameters;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * The steps of {@code uploads.camel.yaml}: keeps a picture that came over REST, and answers once it
 * is uploaded. A call that waits for that holds no thread.
 */
public final class UploadResource extends AsyncProcessorSupport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final FlowContext flow;
  private final PictureFolder folder;
  private final Set<Call> waiting = ConcurrentHashMap.newKeySet();

  /** A picture that the provider has; its id can be used in requests of the same account. */
  public record UploadedPicture(String id, String type, String sha256, int width, int height) {}

  /** A call that waits, equal only to itself. */
  private static final class Call {
    private final Upload upload;
    private final Instant until;
    private final Exchange exchange;
    private final AsyncCallback callback;

    private Call(Upload upload, Instant until, Exchange exchange, AsyncCallback callback) {
      this.upload = upload;
      this.until = until;
      this.exchange = exchange;
      this.callback = callback;
    }
  }

  public UploadResource(FlowContext flow, PictureFolder folder) {
    this.flow = flow;
    this.folder = folder;
  }

  /**
   * Keeps the picture in the body, and has it uploaded unless it is.
   *
   * @throws RequestRejected 422 if it is none that can be used
   */
  public void take(Exchange exchange, @Header(Exchange.HTTP_QUERY) String query)
      throws IOException {
    String account = account(exchange, QueryParameters.of(query, "account").text("account"));
    try (InputStream in = exchange.getMessage().getBody(InputStream.class);
        PictureFolder.Draft draft = folder.read(in == null ? InputStream.nullInputStream() : in)) {
      draft.keep();
      var upload = flow.ledger().uploads().request(account, draft.picture());
      exchange.setProperty(FlowProperties.KNOWN, upload.isDone());
      exchange.setProperty(FlowProperties.UPLOAD, upload);
    } catch (PictureRejected e) {
      throw rejected("", e.code(), e.getMessage());
    }
  }

  private String account(Exchange exchange, String named) {
    IntakeProperties intake = IntakeProperties.of(exchange);
    Set<String> known = flow.settings().accounts().of(intake.caller(), intake.operator());
    return (named == null
            ? flow.settings().accounts().chosen(intake.caller(), known)
            : Optional.of(named).filter(known::contains))
        .orElseThrow(
            () ->
                rejected(
                    "/account",
                    named == null ? "required" : "unknown-account",
                    "the parameter account has to be one of " + String.join(", ", known)));
  }

  private static RequestRejected rejected(String pointer, String code, String message) {
    return new RequestRejected(
        Problem.invalid(List.of(new Violation(pointer, code, message, null))));
  }

  /** Waits until the picture is uploaded, and answers its id. */
  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    var upload = exchange.getProperty(FlowProperties.UPLOAD, Upload.class);
    if (upload.isDone()) {
      answer(exchange, upload);
      callback.done(true);
      return true;
    }
    AsyncHttp.freeBody(exchange);
    Call call = new Call(upload, flow.clock().instant().plus(LONGEST), exchange, callback);
    waiting.add(call);
    AsyncHttp.callerGone(exchange).ifPresent(gone -> gone.thenRun(() -> giveUp(call)));
    return false;
  }

  /** Answers the calls whose picture is uploaded or whose time is over. */
  public void look() {
    Instant now = flow.clock().instant();
    for (Call call : List.copyOf(waiting)) {
      var upload = call.upload;
      List<Upload> found =
          flow.outages()
              .query(
                  () ->
                      flow
                          .ledger()
                          .uploads()
                          .find(upload.account(), upload.picture().sha256())
                          .stream()
                          .toList());
      if (!found.isEmpty() && found.get(0).isDone()) {
        if (waiting.remove(call)) {
          answer(call.exchange, found.get(0));
          call.callback.done(false);
        }
      } else if (call.until.isBefore(now)) {
        giveUp(call);
      }
    }
  }

  /** Ends all waits, and with them the calls. */
  public void drain() {
    waiting.forEach(this::giveUp);
  }

  private void giveUp(Call call) {
    if (waiting.remove(call)) {
      call.exchange.setException(
          new RequestRejected(
              503,
              "upload-waits",
              "The picture is not uploaded yet",
              "it is kept, and is uploaded as soon as the provider takes it: send it again for its"
                  + " id"));
      call.callback.done(false);
    }
  }

  private static void answer(Exchange exchange, Upload upload) {
    var picture = upload.picture();
    exchange
        .getMessage()
        .setBody(
            JSON.valueToTree(
                new UploadedPicture(
                    upload.imageId(),
                    "UPLOADED",
                    picture.sha256(),
                    picture.width(),
                    picture.height())));
  }
}
