/**
 * The one place that pays: {@link io.leonardoroutes.submit.SubmitStep} makes the paid call, one per
 * attempt and none while an earlier one may have been billed, and {@link
 * io.leonardoroutes.submit.SubmissionRecorder} writes down what came of it.
 *
 * <p>A create with an unknown outcome is in doubt, and not repeated on a guess. {@link
 * io.leonardoroutes.submit.ReconcileStep} settles it by the provider's own list, and {@link
 * io.leonardoroutes.submit.ResolveStep} by a person's word. {@link
 * io.leonardoroutes.submit.ConcurrencyProbe} asks what the provider allows at once.
 */
package io.leonardoroutes.submit;
