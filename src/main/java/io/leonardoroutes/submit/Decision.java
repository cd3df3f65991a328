package io.leonardoroutes.submit;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.problem.RequestRejected;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;

/**
 * An operator's word on a create in doubt.
 *
 * @param generationId the provider's id if it was paid, else null
 * @param confirm {@link #WAS_MADE} to submit it again although the provider named a generation for
 *     it, else null
 */
public record Decision(As as, String generationId, String confirm) {
  /** What has to be confirmed, and the name of the problem that says so. */
  static final String WAS_MADE = "was-made";

  private static final Set<String> KEYS = Set.of("as", "generationId", "confirm");
  private static final int LONGEST_ID = 200;

  enum As {
    PAID,
    UNPAID,
    FAILED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads a decision strictly: a guess would cost money.
   *
   * @throws RequestRejected 422
   */
  static Decision read(JsonNode body) {
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      if (!KEYS.contains(names.next())) {
        throw invalid("there are no other keys than as, generationId and confirm");
      }
    }
    As as = as(body.path("as"));
    String confirm = confirm(body.path("confirm"), as);
    JsonNode id = body.path("generationId");
    if (as != As.PAID) {
      if (!id.isMissingNode()) {
        throw invalid("generationId goes only with as paid");
      }
      return new Decision(as, null, confirm);
    }
    boolean usable =
        id.isTextual()
            && id.textValue().matches("[!-~]{1," + LONGEST_ID + "}")
            && !id.textValue().matches("\\.{1,2}");
    if (!usable) {
      throw invalid(
          "generationId has to be the provider's id, 1 to "
              + LONGEST_ID
              + " printable ASCII characters without spaces");
    }
    return new Decision(as, id.textValue(), confirm);
  }

  private static String confirm(JsonNode text, As as) {
    if (text.isMissingNode()) {
      return null;
    }
    if (as != As.UNPAID) {
      throw invalid("confirm goes only with as unpaid");
    }
    if (!WAS_MADE.equals(text.textValue())) {
      throw invalid("confirm has to be " + WAS_MADE + ", or is left out");
    }
    return WAS_MADE;
  }

  private static As as(JsonNode text) {
    for (As as : As.values()) {
      if (text.isTextual() && text.textValue().equals(as.toString())) {
        return as;
      }
    }
    throw invalid("as has to be paid, unpaid or failed");
  }

  private static RequestRejected invalid(String detail) {
    return new RequestRejected(
        422,
        "no-decision",
        "The decision cannot be used",
        detail
            + ": send {\"as\":\"paid\",\"generationId\":\"...\"}, {\"as\":\"unpaid\"} or"
            + " {\"as\":\"failed\"}");
  }
}
