/**
 * Folders of work: {@link io.leonardoroutes.batch.Batch} is a file with many requests, and {@link
 * io.leonardoroutes.batch.BatchTable} what became of each of its lines.
 */
package io.leonardoroutes.batch;
