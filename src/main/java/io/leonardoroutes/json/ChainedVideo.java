package io.leonardoroutes.json;

/**
 * A video that a request takes from another job of ours, which may not have it yet.
 *
 * @param pointer to the key that names the job
 * @param job its id or reference, as the caller wrote it
 * @param longest how long the video may be, in seconds
 */
public record ChainedVideo(String pointer, String job, int longest) {}
