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
 */
public record Decision(As as, String generationId) {
  private static final Set<String> KEYS = Set.of("as", "generationId");
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
        throw invalid("there are no other keys than as and generationId");
      }
    }
    As as = as(body.path("as"));
    JsonNode id = body.path("generationId");
    if (as != As.PAID) {
      if (!id.isMissingNode()) {
        throw invalid("generationId goes only with as paid");
      }
      return new Decision(as, null);
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
    return new Decision(as, id.textValue());
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
