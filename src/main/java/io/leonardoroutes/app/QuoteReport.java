package io.leonardoroutes.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.flow.PriceQuotes;
import io.leonardoroutes.flow.QuoteTotal;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.lines.LineDefaults;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.lines.LineReader;
import io.leonardoroutes.lines.RequestLine;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.request.VideoRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what the requests in a file or folder will cost. */
final class QuoteReport {
  private static final ObjectMapper STRICT = StrictJson.mapper();
  private static final int MOST_TOLD = 20;
  private static final int START = 1024;

  private final PriceQuotes quotes;
  private final ModelRegistry models;
  private final int maxBytes;
  private final PrintStream out;
  private final QuoteTotal.Counter all;
  private long rejected;

  QuoteReport(PriceQuotes quotes, ModelRegistry models, int maxBytes, PrintStream out) {
    this.quotes = quotes;
    this.models = models;
    this.maxBytes = maxBytes;
    this.out = out;
    this.all = new QuoteTotal.Counter(quotes);
  }

  /** One file. */
  private final class Subject {
    private final String name;
    private final QuoteTotal.Counter sum = new QuoteTotal.Counter(quotes);
    private long rejected;
    private long told;

    private Subject(String name) {
      this.name = name;
    }

    private void tell(String where, String what) {
      if (told++ < MOST_TOLD) {
        out.println(SafeText.plain(name) + where + ": " + what);
      }
    }

    private void close() {
      if (told > MOST_TOLD) {
        out.println(SafeText.plain(name) + ": and " + (told - MOST_TOLD) + " more");
      }
      QuoteTotal total = sum.total();
      out.println(line(SafeText.plain(name), total.requests() + rejected, total));
    }
  }

  /**
   * Prints a line for each file, for each request without a price, and for all of them.
   *
   * @return whether every request has a price
   */
  boolean print(Path target) throws IOException {
    for (Path file : files(target)) {
      print(file, new Subject(file.getFileName().toString()));
    }
    QuoteTotal total = all.total();
    long requests = total.requests() + rejected;
    out.println(
        "%s, %s hours; priced by jobs like them: %s, by the table: %s, not priced: %s, rejected: %s"
            .formatted(
                line("all", requests, total),
                total.hours().stripTrailingZeros().toPlainString(),
                total.learned(),
                total.table(),
                total.unpriced(),
                rejected));
    return requests > 0 && total.unpriced() == 0 && rejected == 0;
  }

  private static List<Path> files(Path target) throws IOException {
    if (!Files.exists(target)) {
      throw new IllegalArgumentException("there is no file or folder " + target);
    }
    if (!Files.isDirectory(target)) {
      return List.of(target);
    }
    try (Stream<Path> files = Files.list(target)) {
      return files.filter(QuoteReport::hasRequests).sorted().toList();
    }
  }

  private static boolean hasRequests(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".")
        && !LineDefaults.isName(name)
        && LineFormat.of(name).isPresent()
        && Files.isRegularFile(file);
  }

  private void print(Path file, Subject subject) throws IOException {
    try {
      LineFormat format =
          LineFormat.of(subject.name)
              .orElseThrow(
                  () -> new IllegalArgumentException(file + " is no .json, .jsonl or .csv file"));
      if (format == LineFormat.JSON_ARRAY && !startsLikeArray(file)) {
        printOne(file, subject);
      } else {
        printLines(file, format, subject);
      }
    } catch (RequestRejected e) {
      reject(subject, "", e);
    }
    subject.close();
  }

  private static boolean startsLikeArray(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return JsonArray.looksLikeOne(new String(in.readNBytes(START), StandardCharsets.UTF_8));
    }
  }

  private void printOne(Path file, Subject subject) throws IOException {
    if (Files.size(file) > maxBytes) {
      throw new RequestRejected(
          413, "too-large", "The request is too large", "it has more than " + maxBytes + " bytes");
    }
    quote(subject, "", Files.readAllBytes(file));
  }

  private void printLines(Path file, LineFormat format, Subject subject) throws IOException {
    LineDefaults defaults = LineDefaults.of(LineDefaults.read(file.toAbsolutePath(), maxBytes));
    try (LineReader lines = format.open(file, maxBytes)) {
      for (RequestLine line = lines.next(); line != null; line = lines.next()) {
        String where = ", request " + line.number();
        if (line.rejected() == null) {
          quote(subject, where, defaults.complete(line.json()));
        } else {
          reject(subject, where, line.rejected());
        }
      }
    }
  }

  private void quote(Subject subject, String where, byte[] json) {
    try {
      VideoRequest request =
          models.request(STRICT.readTree(new String(json, StandardCharsets.UTF_8)));
      String account = account(request);
      JsonNode sent = request.toProvider();
      all.add(account, sent);
      if (subject.sum.add(account, sent).isEmpty()) {
        subject.tell(where, PriceQuotes.unknown(account, sent));
      }
    } catch (JsonProcessingException e) {
      reject(subject, where, RequestRejected.of(e).orElseThrow());
    } catch (RequestRejected e) {
      reject(subject, where, e);
    }
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

  private void reject(Subject subject, String where, RequestRejected why) {
    rejected++;
    subject.rejected++;
    subject.tell(where, "rejected: " + why.getMessage());
  }

  private static String line(String name, long requests, QuoteTotal total) {
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
