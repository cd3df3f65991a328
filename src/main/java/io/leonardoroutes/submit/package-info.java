/**
 * The one place that pays: {@link io.leonardoroutes.submit.SubmitStep} makes the paid call, exactly
 * once per job, and {@link io.leonardoroutes.submit.SubmissionRecorder} writes down what came of
 * it.
 *
 * <p>A create with an unknown outcome is in doubt and never repeated. {@link
 * io.leonardoroutes.submit.ReconcileStep} settles it by the provider's own list, and {@link
 * io.leonardoroutes.submit.ResolveStep} by a person's word. {@link
 * io.leonardoroutes.submit.ConcurrencyProbe} asks what the provider allows at once.
 */
package io.leonardoroutes.submit;
