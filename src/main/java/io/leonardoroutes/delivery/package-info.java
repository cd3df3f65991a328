/**
 * What goes out: the events that tell of a job, the video fetched once and kept, and the names
 * files get in the outbox.
 *
 * <p>Start with {@link io.leonardoroutes.delivery.Event} and {@link
 * io.leonardoroutes.delivery.Videos}. Nothing here opens a connection: an HTTP client hands in the
 * stream.
 */
package io.leonardoroutes.delivery;
