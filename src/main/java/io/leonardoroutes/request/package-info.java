/**
 * What may be asked: the envelope of a request, and one file per model with all its rules.
 *
 * <p>A request passes four steps, each a step of the accept route: {@link
 * io.leonardoroutes.request.BodyText} (bytes to text, bounded), {@link
 * io.leonardoroutes.request.StrictJson} (text to JSON), {@link io.leonardoroutes.request.Models}
 * (JSON to the record of the model that it names) and {@code bean-validator} with the factory of
 * {@link io.leonardoroutes.request.Rules}. What they throw, {@link
 * io.leonardoroutes.request.Refused} turns into a problem document. Start reading at {@link
 * io.leonardoroutes.request.KlingTurbo}.
 *
 * <p>{@link io.leonardoroutes.request.RequestSchema} makes the JSON Schema of a model's requests:
 * types from its records, rules from the validator, where each constraint says itself ({@link
 * io.leonardoroutes.request.InSchema}).
 *
 * <p>Adding a model: one record of parameters with its {@link io.leonardoroutes.request.Model}, and
 * its name in {@code META-INF/services/io.leonardoroutes.request.Model}.
 */
package io.leonardoroutes.request;
