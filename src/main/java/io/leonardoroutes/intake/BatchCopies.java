package io.leonardoroutes.intake;

import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.batch.BatchState;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.lines.BatchContent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which batches have their copy here, and so can be read on by this instance. Says of those whose
 * copy no instance has that nobody reads them on, and deletes copies that are needed no more.
 */
final class BatchCopies {
  private static final Duration ROUND = Duration.ofSeconds(10);

  /** An instance that is restarted is away for less. */
  private static final Duration NOBODYS = Duration.ofMinutes(5);

  private final FlowContext flow;
  private final BatchContent content;
  private final RepeatInterval round = new RepeatInterval(ROUND);
  private final Set<String> said = new HashSet<>();

  BatchCopies(FlowContext flow, BatchContent content) {
    this.flow = flow;
    this.content = content;
  }

  boolean isHere(String batch) {
    return content.has(batch);
  }

  /** What the outage of a batch is called that cannot be read on. */
  static String reading(String batch) {
    return "the content of batch " + batch;
  }

  /** Looks after the copies, every now and then. */
  synchronized void look() {
    Instant now = flow.clock().instant();
    if (round.isOver(now)) {
      round.begin(now);
      say();
      sweep();
    }
  }

  private void say() {
    boolean shared = flow.ledger().isShared();
    Instant now = flow.ledger().clock().instant();
    List<Batch> stranded =
        flow.ledger().batches().stranded(shared ? now.minus(NOBODYS) : now, this::isHere);
    Set<String> ids = stranded.stream().map(Batch::id).collect(Collectors.toSet());
    said.stream().filter(id -> !ids.contains(id)).map(BatchCopies::reading).forEach(this::isRead);
    said.retainAll(ids);
    for (Batch batch : stranded) {
      said.add(batch.id());
      String why =
          shared
              ? "no instance that runs has its copy; start the one that took it, or drop the same"
                  + " file again"
              : "its copy %s is gone; drop the same file again".formatted(content.of(batch.id()));
      flow.outages()
          .reportWaiting(
              reading(batch.id()),
              "%s is not read on from request %s: %s"
                  .formatted(batch.name(), batch.readLines() + 1, why));
    }
  }

  private void isRead(String outage) {
    flow.outages().reportUp(outage);
  }

  /** What another instance has read to its end, or a program that died in between. */
  private void sweep() {
    String copies = "the copies of batches";
    try {
      for (String id : content.batches()) {
        Optional<Batch> batch = flow.ledger().batches().find(id);
        if (batch.isPresent() && batch.get().state() != BatchState.READING) {
          content.delete(id);
        }
      }
      flow.outages().reportUp(copies);
    } catch (IOException e) {
      flow.outages().reportWaiting(copies, "old copies of batches are not deleted: " + e);
    }
  }
}
