/**
 * Why a request is rejected: {@link io.leonardoroutes.problem.RequestRejected} carries a {@link
 * io.leonardoroutes.problem.Problem} document (RFC 9457) with every {@link
 * io.leonardoroutes.json.Violation} of a rule, in the order of the request.
 *
 * <p>A request passes {@link io.leonardoroutes.problem.BodyText} (bytes to text, bounded), {@link
 * io.leonardoroutes.json.StrictJson} (text to JSON), {@link io.leonardoroutes.models.ModelRegistry}
 * (JSON to the record of its model) and {@code bean-validator} with {@link
 * io.leonardoroutes.request.RequestValidation}; what any of them throws, {@link
 * io.leonardoroutes.problem.RequestRejected} turns into a problem.
 */
package io.leonardoroutes.problem;
