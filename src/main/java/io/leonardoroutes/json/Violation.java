package io.leonardoroutes.json;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One rule that a request breaks, and where.
 *
 * @param pointer JSON pointer (RFC 6901) to the field that has to go or to change; the empty text
 *     is the whole request
 * @param code the kind of rule, stable for programs: {@code required}, {@code range}, ...
 * @param message what is wrong and what would do, for a person; values in it are shortened
 * @param allowed what would be accepted, for instance {@code 3..15}; null when there is nothing to
 *     say
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Violation(
    @JsonInclude(JsonInclude.Include.ALWAYS) String pointer,
    String code,
    String message,
    String allowed) {}
