/**
 * Watches running jobs until they end: {@link io.leonardoroutes.track.TrackStep} polls the provider
 * by the {@link io.leonardoroutes.track.PollSchedule}, and {@link
 * io.leonardoroutes.track.WebhookStep} takes its notices.
 */
package io.leonardoroutes.track;
