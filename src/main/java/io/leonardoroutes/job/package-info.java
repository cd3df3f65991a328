/**
 * What a job is: {@link io.leonardoroutes.job.Job}, its life in {@link
 * io.leonardoroutes.job.JobState}, what makes one, what it tells and who did what to it. Values
 * only; the ledger keeps them.
 */
package io.leonardoroutes.job;
