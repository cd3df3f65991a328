package io.leonardoroutes.api;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.ProblemAnswer;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.ByteRange;
import io.leonardoroutes.rest.ETags;
import io.leonardoroutes.rest.FilePart;
import io.leonardoroutes.video.VideoFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;

/** The step of {@code video.camel.yaml}: our own copy of a finished video, or a part of it. */
public final class VideoResource {
  private final FlowContext flow;
  private final VideoFolder videos;

  public VideoResource(FlowContext flow, VideoFolder videos) {
    this.flow = flow;
    this.videos = videos;
  }

  /**
   * Answers the video, a requested part of it, or that the caller already has it.
   *
   * @throws RequestRejected 404 for an unknown job, 409 if it has no video, 410 if our copy was
   *     deleted
   */
  public void answer(Exchange exchange, @Header("id") Object id, @Header(Caller.HEADER) Object user)
      throws IOException {
    Job job = flow.job(id, flow.caller(user));
    Path copy = copy(job);
    long size = Files.size(copy);
    String tag = '"' + job.video().sha256() + '"';
    Message message = exchange.getMessage();
    boolean known = ETags.has(message.getHeader("If-None-Match"), tag);
    ByteRange range = range(message, tag, size);
    message.removeHeaders("*", "Content-Type");
    if (range.length() == 0) {
      ProblemAnswer.answer(message, beyond(size));
      message.setHeader("Content-Range", range.of(size));
      return;
    }
    message.setHeader("ETag", tag);
    message.setHeader("Accept-Ranges", "bytes");
    message.setHeader("X-Content-Type-Options", "nosniff");
    message.setHeader("Content-Disposition", "inline; filename=\"" + job.name() + ".mp4\"");
    if (known) {
      message.setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
      message.setBody(null);
    } else if (AsyncHttp.callerGone(exchange).isEmpty()) {
      message.setBody(copy.toFile());
    } else {
      part(message, FilePart.of(copy, range), size);
    }
  }

  private static void part(Message message, FilePart part, long size) {
    if (part.range().length() < size) {
      message.setHeader(Exchange.HTTP_RESPONSE_CODE, 206);
      message.setHeader("Content-Range", part.range().of(size));
    }
    message.setBody(part);
  }

  /** A range with {@code If-Range} applies only to the very video that it names. */
  private static ByteRange range(Message message, String tag, long size) {
    String asked = message.getHeader("Range", String.class);
    String of = message.getHeader("If-Range", String.class);
    return same(of, tag) ? ByteRange.of(asked, size) : ByteRange.all(size);
  }

  private static boolean same(String of, String tag) {
    return of == null || of.strip().equals(tag);
  }

  private Path copy(Job job) throws IOException {
    if (job.video() == null || job.video().file() == null) {
      throw new RequestRejected(
          409,
          "no-video",
          "There is no video",
          "job %s is %s: %s".formatted(job.id(), job.state(), why(job)));
    }
    return videos
        .find(job.id())
        .orElseThrow(
            () ->
                new RequestRejected(
                    410,
                    "video-gone",
                    "Our copy of the video is deleted",
                    "it was kept for leonardo.videos.keep, and the job says where else it is"));
  }

  private static String why(Job job) {
    if (!job.ended()) {
      return "its video is here once it is COMPLETE and fetched";
    }
    return job.video() == null ? "no video was made" : "its video could not be fetched";
  }

  private static Problem beyond(long size) {
    return Problem.of(
        416, "no-such-range", "There is no such range", "the video has " + size + " bytes");
  }
}
