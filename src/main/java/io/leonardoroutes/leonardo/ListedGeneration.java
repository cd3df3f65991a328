package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Set;

/**
 * A generation as the provider's list shows it. Much may be missing.
 *
 * @param id null if it is of no use
 * @param createdAt by the provider's clock; null if it cannot be read
 * @param pending whether its status says that it is neither finished nor failed
 */
public record ListedGeneration(
    String id, Instant createdAt, boolean pending, VideoFingerprint shown) {
  private static final Set<String> ENDED = Set.of("COMPLETE", "FAILED");

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .appendPattern("[XXX][XX][X]")
          .toFormatter();

  static ListedGeneration read(JsonNode generation) {
    return new ListedGeneration(
        ProviderAnswer.usableId(generation.path("id")),
        time(generation.path("createdAt").asText("")),
        isPending(generation.path("status")),
        VideoFingerprint.ofGeneration(generation));
  }

  private static boolean isPending(JsonNode status) {
    String word = status.asText("").strip().toUpperCase(Locale.ROOT);
    return !word.isEmpty() && !ENDED.contains(word);
  }

  /** A time without a zone is UTC: so the provider's own were seen. */
  private static Instant time(String text) {
    try {
      var time =
          TIME.parseBest(
              text.strip().replaceFirst(" ", "T"), OffsetDateTime::from, LocalDateTime::from);
      return time instanceof OffsetDateTime zoned
          ? zoned.toInstant()
          : ((LocalDateTime) time).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
