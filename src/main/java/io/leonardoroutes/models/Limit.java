package io.leonardoroutes.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.json.Violation;

/**
 * What a field may be, in the words of the violation of its rule.
 *
 * @param field its path of names in a request; a rule across fields may stand on their object
 * @param code the kind of rule, as in a {@link Violation}
 * @param allowed what is accepted, for instance {@code 3..15}
 * @param with the field whose presence makes it so, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Limit(String field, String code, String allowed, String with) {}
