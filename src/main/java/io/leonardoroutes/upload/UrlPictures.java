package io.leonardoroutes.upload;

import io.leonardoroutes.http.PublicAddresses.PrivateAddress;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.provider.ProviderResponse;
import io.leonardoroutes.video.DownloadFailed;
import io.leonardoroutes.video.VideoHosts;
import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.hc.core5.http.ConnectionClosedException;

/** Fetches the pictures that a request names by {@code url}, by the route {@code picture}. */
public final class UrlPictures {
  private static final String ROUTE = "direct:leonardo-picture";

  private final VideoHosts hosts;
  private final PictureFolder folder;

  public UrlPictures(VideoHosts hosts, PictureFolder folder) {
    this.hosts = hosts;
    this.folder = folder;
  }

  /** Fetches, reads and checks a picture. */
  PictureFolder.Draft fetch(Exchange request, String url) throws PictureRejected, IOException {
    String allowed = allowed(url);
    try (ProducerTemplate template = request.getContext().createProducerTemplate()) {
      Exchange fetched =
          template.request(
              ROUTE,
              exchange -> {
                ProviderResponse.keepCompressed(exchange);
                exchange.getMessage().setHeader(Exchange.HTTP_URI, allowed);
              });
      return draft(fetched);
    }
  }

  private String allowed(String url) throws PictureRejected {
    try {
      return hosts.allowed(url).toString();
    } catch (DownloadFailed e) {
      throw PictureRejected.because("not-allowed", e.getMessage());
    }
  }

  private static PictureFolder.Draft draft(Exchange fetched) throws PictureRejected, IOException {
    Exception failure = fetched.getException();
    if (failure == null) {
      return fetched.getMessage().getBody(PictureFolder.Draft.class);
    }
    if (failure instanceof PictureRejected rejected) {
      throw rejected;
    }
    if (failure instanceof PrivateAddress inside) {
      throw PictureRejected.because(
          "not-allowed",
          "the picture's host %s: if that is intended, write private:%s in leonardo.uploads.hosts"
              .formatted(inside.getMessage(), inside.host()));
    }
    throw notFetched(failure.getMessage());
  }

  private static PictureRejected notFetched(String why) {
    return PictureRejected.incomplete(
        "not-fetched", "the picture could not be fetched, so send the request again later: " + why);
  }

  /** Reads the answer of the picture's host. */
  public void read(Exchange exchange) throws PictureRejected, IOException {
    Message message = exchange.getMessage();
    int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
    Object body = message.getBody();
    try {
      if (status != 200 || !(body instanceof InputStream in)) {
        throw notFetched("its address answered " + status);
      }
      message.setBody(folder.read(in));
    } catch (ConnectionClosedException e) {
      throw notFetched("it was cut off");
    } finally {
      // Camel would read the rest to its end, and some answers have no end.
      ProviderResponse.abandon(body);
    }
  }
}
