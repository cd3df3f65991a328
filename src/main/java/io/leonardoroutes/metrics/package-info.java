/**
 * What the program measures: figures of the ledger ({@link
 * io.leonardoroutes.metrics.LedgerGauges}), of the moves of jobs ({@link
 * io.leonardoroutes.metrics.JobMeters}) and of the time that steps take ({@link
 * io.leonardoroutes.metrics.StepTimers}).
 *
 * <p>Names follow the conventions of Prometheus, and the page {@code monitoring.md} has them all.
 * No tag holds anything from a request.
 */
package io.leonardoroutes.metrics;
