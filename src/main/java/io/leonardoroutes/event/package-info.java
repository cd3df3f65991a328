/**
 * What is told of a job, and to whom: {@link io.leonardoroutes.event.JobEvent} is a CloudEvents
 * document, {@link io.leonardoroutes.event.Sink} a place where an operator wants them, {@link
 * io.leonardoroutes.event.OutboxFileName} the name of the files there. Nothing here sends.
 */
package io.leonardoroutes.event;
