package io.leonardoroutes.board;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.job.Job;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How values are written on the pages; the templates escape them. */
final class BoardText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 64 * 1024;
  private static final BigDecimal ALL = BigDecimal.valueOf(100);

  private BoardText() {}

  /** For example In doubt. */
  static String capital(String words) {
    String plain = words.replace('_', ' ').toLowerCase(Locale.ROOT);
    return plain.substring(0, 1).toUpperCase(Locale.ROOT) + plain.substring(1);
  }

  /** In whole seconds (UTC); null for none. The script says how long ago that is. */
  static String time(Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** For example 1,234. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** For example $1.20 or 340 credits; null if nobody knows. */
  static String money(BigDecimal amount, String unit) {
    if (amount == null || unit == null) {
      return null;
    }
    return switch (unit) {
      case "DOLLARS" -> "$" + amount.setScale(Math.max(2, amount.scale())).toPlainString();
      case "CREDITS" -> amount.toPlainString() + " credits";
      default -> amount.toPlainString() + " " + unit;
    };
  }

  /** The same of an amount that was answered as text. */
  static String money(String amount, String unit) {
    try {
      return amount == null ? null : money(new BigDecimal(amount), unit);
    } catch (NumberFormatException e) {
      return amount + " " + unit;
    }
  }

  /** The price of a job, as far as it is known. */
  static String price(Job job) {
    return job.cost() == null ? null : money(job.cost().amount(), job.cost().unit());
  }

  /** How much of a limit is used, 0 to 100. */
  static int percent(BigDecimal used, BigDecimal limit) {
    if (limit.signum() <= 0) {
      return used.signum() > 0 ? 100 : 0;
    }
    BigDecimal part = used.multiply(ALL).divideToIntegralValue(limit);
    return Math.max(0, part.min(ALL).intValue());
  }

  static int percent(long used, long limit) {
    return percent(BigDecimal.valueOf(used), BigDecimal.valueOf(limit));
  }

  /** For example 1 min 20 s. */
  static String duration(Duration time) {
    long seconds = time.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3600
        ? "%s min %s s".formatted(seconds / 60, seconds % 60)
        : "%s h %s min".formatted(seconds / 3600, seconds % 3600 / 60);
  }

  /** Indented; null for none. */
  static String json(JsonNode json) {
    if (json == null) {
      return null;
    }
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
      return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "\n... and more";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
