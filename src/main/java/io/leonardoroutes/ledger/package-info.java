/**
 * What was promised and paid: one durable table of jobs, and the only moves that it allows.
 *
 * <p>Start with {@link io.leonardoroutes.job.JobState} for the life of a job and {@link
 * io.leonardoroutes.ledger.Ledger} for the moves; {@link io.leonardoroutes.ledger.Outbox} has the
 * events that were written with them, {@link io.leonardoroutes.ledger.Governor} decides what may be
 * at the provider. Nothing here knows Camel, the models or the provider.
 */
package io.leonardoroutes.ledger;
