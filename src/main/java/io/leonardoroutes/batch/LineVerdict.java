package io.leonardoroutes.batch;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.Price;
import java.util.List;

/**
 * Whether a line of a batch can be accepted.
 *
 * @param line where it stands in the file, from 1 on
 * @param asked the valid request; null if it is rejected
 * @param price of the request, or null if nobody knows it
 * @param problem why it is rejected, or null
 * @param told the events of the rejection
 */
public record LineVerdict(
    long line, NewJob asked, Price price, JsonNode problem, List<OutboxEvent> told) {
  /** Copies the list. */
  public LineVerdict {
    told = List.copyOf(told);
  }

  public static LineVerdict valid(long line, NewJob asked, Price price) {
    return new LineVerdict(line, asked, price, null, List.of());
  }

  public static LineVerdict rejected(long line, JsonNode problem, List<OutboxEvent> told) {
    return new LineVerdict(line, null, null, problem, told);
  }
}
