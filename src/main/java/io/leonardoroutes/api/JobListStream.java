package io.leonardoroutes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.rest.StreamedBody;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long page of jobs, read from the ledger as fast as the caller reads it. It is never whole in
 * memory, and so has no {@code ETag}.
 */
final class JobListStream implements StreamedBody {
  /** How many jobs are read at once. */
  static final int SLICE = 20;

  private static final Logger LOG = LoggerFactory.getLogger(JobListStream.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AHEAD = 128 * 1024;
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Function<String, List<Job>> jobsAfter;
  private int left;
  private String last;
  private boolean over;
  private Buffer slice = Buffer.buffer("{\"items\":[");

  /**
   * @param jobsAfter the {@link #SLICE} of them after a job, null for the first
   * @param size of the page
   */
  JobListStream(Function<String, List<Job>> jobsAfter, int size) {
    this.jobsAfter = jobsAfter;
    this.left = size;
  }

  /** Reads the first slice, so that a failure is answered as such, before the answer begins. */
  JobListStream begin(String after) {
    last = after;
    read(true);
    return this;
  }

  private Buffer read(boolean first) {
    List<Job> jobs = jobsAfter.apply(last);
    boolean comma = !first;
    for (Job job : jobs) {
      if (left == 0) {
        break;
      }
      if (comma) {
        slice.appendByte((byte) ',');
      }
      comma = true;
      slice.appendBytes(json(job));
      last = job.id();
      left--;
    }
    if (jobs.size() < SLICE) {
      finish(null);
    } else if (left == 0) {
      finish(jobsAfter.apply(last).isEmpty() ? null : last);
    }
    return slice;
  }

  private void finish(String next) {
    over = true;
    slice.appendString("],\"next\":").appendBytes(json(next)).appendString("}");
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int bufferBytes() {
    return AHEAD;
  }

  @Override
  public void writeTo(RoutingContext call) {
    long late = call.vertx().setTimer(LONGEST.toMillis(), timer -> StreamedBody.cut(call));
    call.addEndHandler(end -> call.vertx().cancelTimer(late));
    call.response().setChunked(true);
    write(call);
  }

  private void write(RoutingContext call) {
    HttpServerResponse response = call.response();
    if (response.closed() || response.ended()) {
      return;
    }
    Buffer now = slice;
    slice = Buffer.buffer();
    if (over) {
      response.end(now);
      return;
    }
    response.write(now);
    if (response.writeQueueFull()) {
      response.drainHandler(
          drained -> {
            response.drainHandler(null);
            more(call);
          });
    } else {
      more(call);
    }
  }

  private void more(RoutingContext call) {
    Future<Buffer> read = call.vertx().executeBlocking(() -> read(false), false);
    read.onSuccess(done -> write(call))
        .onFailure(
            failure -> {
              LOG.debug("a list was not sent completely", failure);
              StreamedBody.cut(call);
            });
  }
}
