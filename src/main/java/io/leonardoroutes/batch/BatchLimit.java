package io.leonardoroutes.batch;

import io.leonardoroutes.job.OutboxEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * Which batches an operator has to approve as a whole.
 *
 * @param above those whose jobs will cost more together
 * @param currency of that amount; a price in another one is not known
 * @param expires how long a batch waits for the decision
 * @param told makes the event that a batch waits
 */
public record BatchLimit(
    BigDecimal above,
    String currency,
    Duration expires,
    BiFunction<Batch, BatchApproval, OutboxEvent> told) {}
