package io.leonardoroutes.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;

/**
 * One change of a job's state.
 *
 * @param from null where it was accepted
 * @param who null where nobody gave a name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Moved(
    JobState from,
    JobState to,
    @JsonSerialize(using = ToStringSerializer.class) Instant at,
    String who,
    String where) {}
