/**
 * What a request may contain: its envelope, one file per model with all its rules, and the rules
 * themselves.
 *
 * <p>Start at {@link io.leonardoroutes.request.KlingTurbo}. Adding a model takes one record of
 * parameters with its {@link io.leonardoroutes.request.Model}, and its name in {@code
 * META-INF/services/io.leonardoroutes.request.Model}; a picture is an {@link
 * io.leonardoroutes.request.ImageItem}. A rule is one annotation, whose validator also describes it
 * in JSON Schema ({@link io.leonardoroutes.json.InSchema}). Constraint mappings name these
 * annotations, and the codes of violations are their names.
 */
package io.leonardoroutes.request;
