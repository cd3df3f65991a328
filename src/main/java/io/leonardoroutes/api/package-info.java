/**
 * The read side of the REST API: one job, lists, events as they happen, waiting for the end, the
 * video, the costs and the prices; and {@link io.leonardoroutes.api.RestAnswers}, which ends every
 * call.
 *
 * <p>{@link io.leonardoroutes.api.JobResource} is what most calls at {@code /generations} reach.
 */
package io.leonardoroutes.api;
