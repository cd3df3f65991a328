package io.leonardoroutes.limits;

import io.leonardoroutes.job.Actor;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * A limit that an operator has set while the program runs, in place of the one in the settings.
 *
 * @param name as {@link LimitKind#of} makes it
 * @param reason in the operator's words, or null
 */
public record LiveLimit(String name, BigDecimal amount, Instant since, Actor by, String reason) {}
