/**
 * Brings results to their receivers: {@link io.leonardoroutes.delivery.DownloadStep} downloads each
 * finished video once, {@link io.leonardoroutes.delivery.DeliverStep} sends every event to every
 * sink on its own, {@link io.leonardoroutes.delivery.RedeliverStep} tries again what was given up,
 * and {@link io.leonardoroutes.delivery.ArchiveStep} moves what is done and old to the archive.
 */
package io.leonardoroutes.delivery;
