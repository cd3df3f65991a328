/**
 * Where old jobs go: {@link io.leonardoroutes.archive.OldJobs} finds those that are done and
 * deletes them, {@link io.leonardoroutes.archive.ArchiveFolder} has them in files before that, and
 * {@link io.leonardoroutes.archive.KeptReferences} still knows by what their requests came.
 */
package io.leonardoroutes.archive;
