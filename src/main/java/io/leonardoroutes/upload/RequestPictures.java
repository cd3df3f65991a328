package io.leonardoroutes.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.flow.ExchangeEnd;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.request.ImageItem;
import io.leonardoroutes.request.VideoRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step {@code pictures} of {@code accept.camel.yaml}: reads and checks the pictures that a
 * request names in place of an id. They are kept, durably, before the job is committed.
 */
public final class RequestPictures {
  private static final Logger LOG = LoggerFactory.getLogger(RequestPictures.class);

  /** More than any model takes. */
  private static final int MOST = 20;

  private final PictureFolder folder;
  private final UrlPictures urls;

  public RequestPictures(PictureFolder folder, UrlPictures urls) {
    this.folder = folder;
    this.urls = urls;
  }

  /**
   * Reads the pictures of the request in the body, and adds a violation for each that cannot be
   * used.
   *
   * @throws PicturesMissing if one of them may still come
   * @throws IOException if one could not be read or written: the request is not to blame
   */
  public void read(Exchange exchange) throws IOException {
    VideoRequest request = exchange.getMessage().getBody(VideoRequest.class);
    Map<String, ImageItem.Image> wanted = request.picturesToUpload();
    if (wanted.isEmpty()) {
      return;
    }
    Map<String, PictureFolder.Draft> drafts = new LinkedHashMap<>();
    exchange.setProperty(FlowProperties.PICTURES, drafts);
    ExchangeEnd.whenDone(exchange, () -> drafts.values().forEach(RequestPictures::discard));
    PictureSource source = exchange.getProperty(FlowProperties.PICTURE_SOURCE, PictureSource.class);
    for (Map.Entry<String, ImageItem.Image> picture : wanted.entrySet()) {
      String file = picture.getValue().file();
      String pointer = picture.getKey() + (file == null ? "/url" : "/file");
      try {
        if (drafts.size() == MOST) {
          throw PictureRejected.because("count", "at most " + MOST + " pictures are read");
        }
        drafts.put(
            picture.getKey(),
            file == null ? urls.fetch(exchange, picture.getValue().url()) : read(source, file));
      } catch (PictureRejected e) {
        if (e.isIncomplete() && source != null && source.mayStillCome()) {
          throw new PicturesMissing(e.getMessage());
        }
        request.rejectPicture(pointer, e.code(), e.getMessage());
      }
    }
  }

  private PictureFolder.Draft read(PictureSource source, String file)
      throws PictureRejected, IOException {
    if (source == null) {
      throw PictureRejected.because(
          "no-files",
          "a request that comes this way has no files: POST the picture to /uploads, and use the id"
              + " in the answer");
    }
    Optional<PictureFolder.Draft> kept = source.kept(file).flatMap(folder::again);
    if (kept.isPresent()) {
      return kept.get();
    }
    try (InputStream in = source.open(file)) {
      return folder.read(in);
    }
  }

  private static void discard(PictureFolder.Draft draft) {
    try {
      draft.close();
    } catch (IOException e) {
      LOG.debug("a temporary file of a picture stays until the next sweep", e);
    }
  }

  /**
   * Keeps the pictures that were read, durably, and marks them in the request.
   *
   * @param sent gets the hash of each picture in its place
   * @throws RequestRejected if the route did not read them
   */
  public List<JobPicture> keep(Exchange exchange, VideoRequest request, ObjectNode sent) {
    Map<?, ?> drafts = exchange.getProperty(FlowProperties.PICTURES, Map.of(), Map.class);
    PictureSource source = exchange.getProperty(FlowProperties.PICTURE_SOURCE, PictureSource.class);
    List<JobPicture> kept = new ArrayList<>();
    for (Map.Entry<String, ImageItem.Image> wanted : request.picturesToUpload().entrySet()) {
      String image = wanted.getKey();
      if (!(drafts.get(image) instanceof PictureFolder.Draft draft)) {
        throw new RequestRejected(
            Problem.invalid(
                List.of(
                    new Violation(
                        image,
                        "not-read",
                        "the routes that took this request lack the step `pictures`",
                        null))));
      }
      try {
        draft.keep();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      Picture picture = draft.picture();
      if (wanted.getValue().file() != null && source != null) {
        source.remember(wanted.getValue().file(), picture);
      }
      ((ObjectNode) sent.at(image)).put("type", "UPLOADED").put("sha256", picture.sha256());
      kept.add(
          new JobPicture(
              image, picture.sha256(), picture.extension(), picture.width(), picture.height()));
    }
    return kept;
  }
}
