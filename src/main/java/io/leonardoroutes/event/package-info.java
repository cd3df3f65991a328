/**
 * Events about jobs, and their receivers: {@link io.leonardoroutes.event.JobEvent} is a CloudEvents
 * document, {@link io.leonardoroutes.event.Sink} a place to send it to, {@link
 * io.leonardoroutes.event.OutboxFileName} the name of its file there. The package {@code delivery}
 * does the sending.
 */
package io.leonardoroutes.event;
