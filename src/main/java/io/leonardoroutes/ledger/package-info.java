/**
 * What was promised and paid: one durable table of jobs, and the only moves that it allows.
 *
 * <p>Start with {@link io.leonardoroutes.ledger.JobState} for the life of a job and {@link
 * io.leonardoroutes.ledger.Ledger} for the moves. Nothing here knows Camel, the models or the
 * provider.
 */
package io.leonardoroutes.ledger;
