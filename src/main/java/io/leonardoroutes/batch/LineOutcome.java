package io.leonardoroutes.batch;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.job.Job;

/**
 * What became of a line of a batch so far.
 *
 * @param line where it stands in the file, from 1 on
 * @param job its job's id, or null
 * @param state of its job, or {@code REJECTED}
 * @param problem why it was rejected, or what is wrong with its job, or null
 * @param cost null while it is not known
 * @param video the video's address at the provider, or null
 * @param videoFile the name of its file in an outbox; null until it was downloaded
 */
public record LineOutcome(
    long line,
    String job,
    String state,
    JsonNode problem,
    Job.Cost cost,
    String video,
    String videoFile) {}
