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
 * The provider's jobs. {@link SandboxOptions#concurrency} of them run at once, ten times as many
 * may be unfinished, and the latest 100,000 are kept. The end of a job is computed when it is
 * accepted, so there is no scheduler.
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

  /** The new job; empty if the queue is full. */
  synchronized Optional<SandboxJob> accept(String body, SandboxJob.Fate fate) {
    Instant now = options.clock().instant();
    int slots = options.concurrency();
    unfinished.removeIf(done -> !done.isAfter(now));
    if (unfinished.size() >= slots * UNFINISHED_PER_SLOT) {
      return Optional.empty();
    }
    // jobs start in order and take equally long: a slot is free once the job `slots` places ahead
    // is done
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

  /** A page of the jobs that were not deleted, newest first. */
  synchronized List<SandboxJob> page(int offset, int limit) {
    int last = accepted.size() - 1;
    return IntStream.rangeClosed(0, last)
        .mapToObj(i -> accepted.get(last - i))
        .filter(job -> known.containsKey(job.create().generationId()))
        .skip(offset)
        .limit(limit)
        .toList();
  }

  /** Removes the job from all answers; it keeps its slot until it is done. */
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

  // version 6, as seen from the real provider, to catch code that accepts only version 4
  private static String newId() {
    var id = new StringBuilder(UUID.randomUUID().toString());
    id.setCharAt(14, '6');
    return id.toString();
  }
}
