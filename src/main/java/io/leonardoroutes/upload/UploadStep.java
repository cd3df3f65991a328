package io.leonardoroutes.upload;

import io.leonardoroutes.flow.ClaimedWork;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.leonardo.GenerationStatus;
import io.leonardoroutes.leonardo.ImageUpload;
import io.leonardoroutes.leonardo.RetryAfter;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.picture.Upload;
import io.leonardoroutes.picture.UploadTable;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The steps of {@code upload.camel.yaml}: they upload pictures to the provider, once per content
 * and account. Uploads are free, so one that failed in whatever way is simply begun again.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class UploadStep {
  private static final Logger LOG = LoggerFactory.getLogger(UploadStep.class);
  private static final int MOST = 32;
  private static final String UPLOADS = "uploads of pictures";
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final RetryBackoff AGAIN = new RetryBackoff(Duration.ofSeconds(1), LONGEST);
  private static final Duration NO_ROOM = Duration.ofSeconds(1);

  private final FlowContext flow;
  private final UploadTable uploads;
  private final LeonardoSettings settings;
  private final PictureFolder folder;
  private final ClaimedWork<Upload> claimed;
  private final Duration lost;
  private final RepeatInterval forgetting = new RepeatInterval(Duration.ofMinutes(1));

  public UploadStep(FlowContext flow, PictureFolder folder) {
    this.flow = flow;
    this.uploads = flow.ledger().uploads();
    this.settings = flow.settings();
    this.folder = folder;
    this.lost = settings.paidCall().multipliedBy(MOST);
    this.claimed = new ClaimedWork<>(Upload::key, flow.clock(), settings.lease(), lost);
  }

  /** Pictures that are due, without those {@linkplain ClaimedWork under way}. */
  public List<Upload> due() {
    return claimed.begins(flow.outages().query(this::claim));
  }

  private List<Upload> claim() {
    claimed.forget(lost);
    claimed.renew(under -> uploads.renew(under, settings.lease()));
    forgetOld();
    return uploads.claim(settings.accounts().names(), MOST - claimed.size(), settings.lease());
  }

  private void forgetOld() {
    Instant now = flow.clock().instant();
    if (forgetting.isOver(now)) {
      uploads.forget(now.minus(settings.uploads().reuse()));
      if (settings.uploads().erase()) {
        uploads.eraseUnneeded();
      }
      forgetting.begin(now);
    }
  }

  /**
   * Prepares the first call for the upload in the body, and says whether to make it: {@code
   * leonardoMayUpload} for a picture that is to be uploaded, {@code leonardoMayErase} for one that
   * is to be erased.
   */
  public void begin(Exchange exchange) throws IOException {
    Upload upload = exchange.getMessage().getBody(Upload.class);
    exchange.setProperty(FlowProperties.UPLOAD, upload);
    exchange.setProperty(FlowProperties.MAY_UPLOAD, false);
    exchange.setProperty(FlowProperties.MAY_ERASE, false);
    claimed.endsWith(
        exchange,
        upload,
        again -> flow.outages().attempt(() -> uploads.later(again, Duration.ZERO)));
    if (!upload.isDone()) {
      file(upload.picture());
    }
    boolean may =
        settings.accounts().find(upload.account()).stream()
            .map(ProviderAccounts.Account::limits)
            .anyMatch(flow.ledger().governor()::call);
    if (!may) {
      uploads.later(upload, NO_ROOM);
      return;
    }
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, upload.account());
    ProviderResponse.keepCompressed(exchange);
    if (upload.isDone()) {
      exchange.setProperty(FlowProperties.MAY_ERASE, true);
      message.setHeader(Exchange.HTTP_PATH, GenerationStatus.pathSegment(upload.imageId()));
      message.setBody(null);
      return;
    }
    exchange.setProperty(FlowProperties.MAY_UPLOAD, true);
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setBody("{\"extension\":\"" + upload.picture().extension() + "\"}");
  }

  private Path file(Picture picture) throws IOException {
    return folder
        .find(picture)
        .orElseThrow(
            () ->
                new IOException(
                    "its picture %s is not in %s: put it back, or cancel the job"
                        .formatted(picture.fileName(), folder.path())));
  }

  /** Reads where the picture is to be sent, and prepares the form. */
  public void form(Exchange exchange, @ExchangeProperty(FlowProperties.UPLOAD) Upload upload)
      throws IOException {
    ProviderResponse answer = answer(exchange);
    ImageUpload begun =
        ImageUpload.read(
            answer.status(), answer.retryAfter(), answer.body(), flow.clock().instant());
    if (begun instanceof ImageUpload.NotBegun not) {
      if (not.isThrottled()) {
        flow.ledger().governor().pollThrottled(upload.account(), not.retryAfter());
      }
      throw new UploadFailed(not.reason(), not.retryAfter());
    }
    ImageUpload.Begun to = (ImageUpload.Begun) begun;
    exchange.setProperty(FlowProperties.IMAGE_ID, to.imageId());
    Picture picture = upload.picture();
    MultipartEntityBuilder form = MultipartEntityBuilder.create().setMode(HttpMultipartMode.LEGACY);
    to.fields().forEach(form::addTextBody);
    form.addBinaryBody(
        "file",
        file(picture).toFile(),
        ContentType.create(picture.contentType()),
        "picture." + picture.extension());
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_URI, allowed(to.address()).toString());
    message.setBody(form.build());
  }

  /** Only over TLS, unless the provider itself is called without. */
  private URI allowed(URI address) throws UploadFailed {
    String scheme = address.getScheme();
    if (!scheme.equals("https") && !scheme.equals(settings.provider().baseUrl().getScheme())) {
      throw new UploadFailed(
          "the provider wants the picture sent to " + address.getHost() + " without TLS", null);
    }
    return address;
  }

  private ProviderResponse answer(Exchange exchange) throws IOException {
    ProviderResponse answer = ProviderResponse.of(exchange, settings);
    if (answer.failure() != null) {
      throw answer.failure();
    }
    return answer;
  }

  /** Records that the picture was taken. */
  public void done(Exchange exchange, @ExchangeProperty(FlowProperties.UPLOAD) Upload upload)
      throws IOException {
    ProviderResponse answer = answer(exchange);
    if (answer.status() < 200 || answer.status() > 204) {
      throw new UploadFailed(
          "the upload's address answered " + answer.status(),
          RetryAfter.read(answer.retryAfter(), flow.clock().instant()));
    }
    String id = exchange.getProperty(FlowProperties.IMAGE_ID, String.class);
    uploads.done(upload, id, settings.uploads().settle());
    flow.outages().reportUp(UPLOADS);
    LOG.info("picture {} uploaded by account {}", id, upload.account());
  }

  /** Records that the provider has erased the picture, or had none of that id. */
  public void erased(Exchange exchange, @ExchangeProperty(FlowProperties.UPLOAD) Upload upload)
      throws IOException {
    ProviderResponse answer = answer(exchange);
    boolean gone = answer.status() == 404 || (answer.status() >= 200 && answer.status() < 300);
    if (!gone) {
      throw new UploadFailed(
          "the provider answered %s to an erasure".formatted(answer.status()),
          RetryAfter.read(answer.retryAfter(), flow.clock().instant()));
    }
    uploads.erased(upload);
    LOG.info("picture {} erased from account {}", upload.imageId(), upload.account());
  }

  /** Records a failed try; the upload begins again, later and later. */
  public void failed(
      @ExchangeProperty(FlowProperties.UPLOAD) Upload upload,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    if (failure instanceof JdbiException) {
      // Claimed again after its lease.
      flow.outages().reportFailure(UPLOADS, failure);
      return;
    }
    String why =
        failure instanceof UploadFailed || failure instanceof IOException
            ? String.valueOf(failure.getMessage())
            : failure.getClass().getSimpleName();
    Duration asked = failure instanceof UploadFailed own ? own.retryAfter : null;
    Duration wait = AGAIN.after(upload.tries(), asked);
    if (upload.tries() > 0) {
      flow.outages().reportExpiring(UPLOADS, why);
    }
    LOG.atLevel(upload.tries() == 0 ? Level.INFO : Level.DEBUG)
        .log("picture {} not uploaded, retrying in {}: {}", upload.picture().sha256(), wait, why);
    flow.outages().attempt(() -> uploads.failed(upload, why, wait, JobProblems.pictureWaits(why)));
  }

  /** Deletes pictures that no job needs any more. */
  public void sweep() {
    Instant before = flow.clock().instant().minus(settings.uploads().reuse());
    flow.outages()
        .attempt(
            () -> {
              try {
                folder.sweep(before, uploads::needs);
              } catch (IOException e) {
                LOG.warn(
                    "old pictures could not be deleted, retrying in an hour: {}",
                    String.valueOf(e));
              }
            });
  }

  /** The provider, or who keeps its files, did not take a picture. */
  private static final class UploadFailed extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Duration retryAfter;

    UploadFailed(String message, Duration retryAfter) {
      super(message);
      this.retryAfter = retryAfter;
    }
  }
}
