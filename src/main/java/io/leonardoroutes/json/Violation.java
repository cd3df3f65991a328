package io.leonardoroutes.json;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One rule that a request breaks, and where.
 *
 * @param pointer JSON pointer (RFC 6901) to the field to remove or change; empty for the whole
 *     request
 * @param code the kind of rule, stable for programs: {@code required}, {@code range}, ...
 * @param message what is wrong and what is allowed, for a person; values are shortened
 * @param allowed what is allowed, for instance {@code 3..15}; null if there is nothing to say
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Violation(
    @JsonInclude(JsonInclude.Include.ALWAYS) String pointer,
    String code,
    String message,
    String allowed) {}
