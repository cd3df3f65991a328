package io.leonardoroutes.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.flow.PriceQuotes;
import io.leonardoroutes.flow.QuoteTotal;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.lines.RequestFile;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.request.VideoRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Prints what the requests in a file or folder will cost. */
final class QuoteReport {
  private static final ObjectMapper STRICT = StrictJson.mapper();
  private static final int MOST_TOLD = 20;

  private final PriceQuotes quotes;
  private final ModelRegistry models;
  private final int maxBytes;
  private final CommandOutput output;
  private final QuoteTotal.Counter all;
  private final ObjectNode document = CommandOutput.object();
  private final ArrayNode files = document.putArray("files");
  private long rejected;

  QuoteReport(PriceQuotes quotes, ModelRegistry models, int maxBytes, CommandOutput output) {
    this.quotes = quotes;
    this.models = models;
    this.maxBytes = maxBytes;
    this.output = output;
    this.all = new QuoteTotal.Counter(quotes);
  }

  /** One file. */
  private final class Subject implements RequestFile.Taker {
    private final String name;
    private final QuoteTotal.Counter sum = new QuoteTotal.Counter(quotes);
    private final ObjectNode file = files.addObject();
    private final ArrayNode problems;
    private long rejected;
    private long told;

    private Subject(String name) {
      this.name = name;
      this.problems = file.put("file", name).putArray("problems");
    }

    @Override
    public boolean take(long number, byte[] json) {
      try {
        VideoRequest request =
            models.request(STRICT.readTree(new String(json, StandardCharsets.UTF_8)));
        String account = account(request);
        JsonNode sent = request.toProvider();
        all.add(account, sent);
        if (sum.add(account, sent).isEmpty()) {
          tell(number, PriceQuotes.unknown(account, sent));
        }
      } catch (JsonProcessingException e) {
        reject(number, RequestRejected.of(e).orElseThrow());
      } catch (RequestRejected e) {
        reject(number, e);
      }
      return true;
    }

    @Override
    public void reject(long number, RequestRejected why) {
      QuoteReport.this.rejected++;
      rejected++;
      tell(number, "rejected: " + why.getMessage());
    }

    private void tell(long number, String what) {
      if (told++ >= MOST_TOLD) {
        return;
      }
      if (output.isJson()) {
        ObjectNode problem = problems.addObject();
        if (number > 0) {
          problem.put("request", number);
        }
        problem.put("problem", what);
      } else {
        String where = number > 0 ? ", request " + number : "";
        output.line(SafeText.plain(name) + where + ": " + what);
      }
    }

    private void close() {
      QuoteTotal total = sum.total();
      if (output.isJson()) {
        put(file, total, rejected);
        file.put("moreProblems", Math.max(0, told - MOST_TOLD));
        return;
      }
      if (told > MOST_TOLD) {
        output.line(SafeText.plain(name) + ": and " + (told - MOST_TOLD) + " more");
      }
      output.line(text(SafeText.plain(name), total.requests() + rejected, total));
    }
  }

  /**
   * Prints a line for each file, for each request without a price, and for all of them.
   *
   * @return whether every request has a price
   */
  boolean print(Path target) throws IOException {
    for (Path file : RequestFile.all(target)) {
      Subject subject = new Subject(file.getFileName().toString());
      RequestFile.of(file).read(maxBytes, subject);
      subject.close();
    }
    QuoteTotal total = all.total();
    long requests = total.requests() + rejected;
    put(document.putObject("all"), total, rejected);
    output.print(
        document,
        () ->
            output.line(
                "%s, %s hours; priced by jobs like them: %s, by the table: %s, not priced: %s, rejected: %s"
                    .formatted(
                        text("all", requests, total),
                        total.hours().stripTrailingZeros().toPlainString(),
                        total.learned(),
                        total.table(),
                        total.unpriced(),
                        rejected)));
    return requests > 0 && total.unpriced() == 0 && rejected == 0;
  }

  private static void put(ObjectNode into, QuoteTotal total, long rejected) {
    into.put("requests", total.requests() + rejected).put("rejected", rejected);
    into.setAll((ObjectNode) CommandOutput.tree(total));
  }

  /** The one that would pay if an operator sent the request. */
  private String account(VideoRequest request) {
    Set<String> known = quotes.accounts().names();
    return Optional.ofNullable(request.account())
        .filter(known::contains)
        .or(
            () ->
                request.account() == null
                    ? quotes.accounts().chosen(null, known)
                    : Optional.empty())
        .orElseThrow(
            () ->
                new RequestRejected(
                    422,
                    "invalid",
                    "The request breaks the rules",
                    "/account has to be one of " + String.join(", ", known)));
  }

  private static String text(String name, long requests, QuoteTotal total) {
    String sums =
        total.sums().stream()
            .map(sum -> (sum.from() == null ? "" : "at least ") + sum.amount() + " " + sum.unit())
            .collect(Collectors.joining(" and "));
    return name
        + ": "
        + requests
        + (requests == 1 ? " request, " : " requests, ")
        + (sums.isEmpty() ? "no price" : sums);
  }
}
