package io.leonardoroutes.sandbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The provider's jobs: so many run at once, ten times as many may be unfinished, the newest 100,000
 * are kept. When a job will be done is settled when it comes in, so nothing runs in between.
 */
final class SandboxJobs {

  static final int UNFINISHED_PER_SLOT = 10;
  static final int KEPT = 100_000;

  private final SandboxOptions options;
  private final List<SandboxJob> accepted = new ArrayList<>();
  private final Map<String, SandboxJob> known = new HashMap<>();
  private final List<Instant> unfinished = new ArrayList<>();
  private final Optional<JobJournal> journal;

  SandboxJobs(SandboxOptions options) {
    this.options = options;
    this.journal = Optional.ofNullable(options.journal()).map(JobJournal::new);
    journal.ifPresent(
        file ->
            file.replay(
                job -> {
                  keep(job);
                  unfinished.add(job.doneAt());
                }));
  }

  /** The new job, or nothing when the queue is full. */
  synchronized Optional<SandboxJob> accept(String body, SandboxJob.Fate fate) {
    Instant now = options.clock().instant();
    int slots = options.concurrency();
    unfinished.removeIf(done -> !done.isAfter(now));
    if (unfinished.size() >= slots * UNFINISHED_PER_SLOT) {
      return Optional.empty();
    }
    // in order of arrival and all equally long, so a place is free when the last but `slots` is
    // done
    Instant start = unfinished.size() < slots ? now : unfinished.get(unfinished.size() - slots);
    SandboxJob job =
        new SandboxJob(new Create(newId(), now, body), start.plus(options.jobDuration()), fate);
    journal.ifPresent(file -> file.write(job));
    unfinished.add(job.doneAt());
    keep(job);
    return Optional.of(job);
  }

  synchronized Optional<SandboxJob> find(String id) {
    return Optional.ofNullable(known.get(id));
  }

  /** The jobs that were not deleted, newest first. */
  synchronized List<SandboxJob> page(int offset, int limit) {
    int last = accepted.size() - 1;
    return IntStream.rangeClosed(0, last)
        .mapToObj(i -> accepted.get(last - i))
        .filter(job -> known.containsKey(job.create().generationId()))
        .skip(offset)
        .limit(limit)
        .toList();
  }

  /** Forgets the job for every reader; it still takes its place in the queue until it is done. */
  synchronized boolean delete(String id) {
    return known.remove(id) != null;
  }

  synchronized List<Create> creates() {
    return accepted.stream().map(SandboxJob::create).toList();
  }

  synchronized void clear() {
    accepted.clear();
    known.clear();
    unfinished.clear();
  }

  private void keep(SandboxJob job) {
    accepted.add(job);
    known.put(job.create().generationId(), job);
    if (accepted.size() > KEPT) {
      known.remove(accepted.remove(0).create().generationId());
    }
  }

  // version 6, as the real provider's were seen: whoever takes only version 4 finds out here
  private static String newId() {
    var id = new StringBuilder(UUID.randomUUID().toString());
    id.setCharAt(14, '6');
    return id.toString();
  }
}
