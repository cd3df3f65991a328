/**
 * How it is said to the provider: an answer (status, body) or the exception of a call, read into a
 * sealed outcome.
 *
 * <p>Start with {@link io.leonardoroutes.leonardo.Submission} (the paid create, {@code POST
 * /v2/generations}), then {@link io.leonardoroutes.leonardo.GenerationStatus} (the free read,
 * {@code GET /v1/generations/{id}}). Nothing here sends, waits or logs, and no answer, however
 * broken, raises an exception: not knowing is an outcome too.
 */
package io.leonardoroutes.leonardo;
