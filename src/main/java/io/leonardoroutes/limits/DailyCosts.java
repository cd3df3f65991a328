package io.leonardoroutes.limits;

import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * What the jobs of one model that were submitted on one day (UTC) cost one account, in one unit.
 *
 * @param group the caller or the value of the tag that costs are summed by; null where they are
 *     not, and for jobs that have none
 * @param withoutVideo how much of the amount was charged for jobs that the provider made no video
 *     for
 * @param amount null, as the unit, for jobs that are paid and whose price was not answered
 */
public record DailyCosts(
    LocalDate day,
    String account,
    String model,
    String group,
    BigDecimal amount,
    String unit,
    long jobs,
    BigDecimal withoutVideo) {}
