package io.leonardoroutes.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.json.Violation;

/**
 * A limit on a field, in the same words as a violation of its rule.
 *
 * @param field its dotted path in a request; for a rule across fields, possibly the path of their
 *     object
 * @param code the kind of rule, as in a {@link Violation}
 * @param allowed what is accepted, for instance {@code 3..15}
 * @param with the field whose presence makes the limit apply, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Limit(String field, String code, String allowed, String with) {}
