package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.flow.ApprovalSettings;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.Price;
import java.time.Instant;
import java.util.Optional;

/** Decides by its price whether an operator has to approve a request before it is paid. */
final class ApprovalCheck {
  private final FlowContext flow;
  private final ApprovalSettings settings;

  ApprovalCheck(FlowContext flow) {
    this.flow = flow;
    this.settings = flow.settings().approval();
  }

  /** What a request has to wait for; null if it costs no more than the limit. */
  NewJob.Approval of(String account, JsonNode request) {
    if (settings.above() == null) {
      return null;
    }
    Optional<Price> price = flow.quotes().price(account, request);
    if (price.filter(this::isBelow).isPresent()) {
      return null;
    }
    Instant expires = flow.clock().instant().plus(settings.expires());
    String why =
        "waits for approval: %s (leonardo.approval.above=%s %s); cancelled if nobody approves it by %s"
            .formatted(
                price.map(ApprovalCheck::words).orElse("nobody knows what it will cost"),
                settings.above().toPlainString(),
                settings.currency(),
                expires);
    return new NewJob.Approval(why, expires, flow.events()::approval);
  }

  /** A price in another currency is not known to be below. */
  private boolean isBelow(Price price) {
    return price.unit().equals(settings.currency())
        && price.amount().compareTo(settings.above()) <= 0;
  }

  private static String words(Price price) {
    String from = price.basis() == Price.Basis.TABLE ? "at least " : "";
    return "it will cost %s%s %s".formatted(from, price.amount().toPlainString(), price.unit());
  }
}
