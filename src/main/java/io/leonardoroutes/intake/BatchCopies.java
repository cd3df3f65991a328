package io.leonardoroutes.intake;

import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.batch.BatchState;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.lines.BatchContent;
import io.leonardoroutes.lines.LineDefaults;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.lines.LineReader;
import io.leonardoroutes.lines.RequestLine;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.upload.PictureSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which batches have their copy here, and so can be read on by this instance. Says of those whose
 * copy no instance has that nobody reads them on, and deletes copies that are needed no more.
 */
final class BatchCopies {
  private static final Logger LOG = LoggerFactory.getLogger(BatchCopies.class);
  private static final Duration ROUND = Duration.ofSeconds(10);

  /** An instance that is restarted is away for less. */
  private static final Duration NOBODYS = Duration.ofMinutes(5);

  private static final int SOME = 250;
  private static final int MOST_NAMES = 20;
  private static final int LONGEST_NAME = 1_024;

  private final FlowContext flow;
  private final BatchContent content;
  private final PictureUsers users;
  private final RepeatInterval round = new RepeatInterval(ROUND);
  private final Set<String> said = new HashSet<>();

  BatchCopies(FlowContext flow, BatchContent content) {
    this.flow = flow;
    this.content = content;
    this.users = new PictureUsers(flow.settings().intakes().maxBytes());
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
    try {
      for (String id : content.batches()) {
        flow.ledger()
            .batches()
            .find(id)
            .filter(batch -> batch.state() != BatchState.READING)
            .ifPresent(this::finish);
      }
    } catch (IOException e) {
      LOG.warn("cannot look for old copies of batches: {}", String.valueOf(e));
    }
  }

  /** The pictures of a batch; null if it is from before they could be in one. */
  PictureSource pictures(Batch batch) {
    Instant waited = batch.createdAt().plus(flow.settings().intakes().patience());
    return folder(batch)
        .map(
            folder ->
                new BatchPictures(
                    folder,
                    batch.createdAt(),
                    () -> flow.ledger().clock().instant().isBefore(waited)))
        .orElse(null);
  }

  private static Optional<Path> folder(Batch batch) {
    return Optional.ofNullable(batch.intake().get(FlowProperties.FOLDER)).map(Path::of);
  }

  /** Moves the pictures of a batch whose lines are all decided, and deletes its copy. */
  void finish(Batch decided) {
    String pictures = "the folder for the pictures of batch " + decided.id();
    try {
      if (isHere(decided.id()) && folder(decided).isPresent()) {
        move(decided, folder(decided).get());
      }
      content.delete(decided.id());
      flow.outages().reportUp(pictures);
    } catch (IOException e) {
      flow.outages()
          .reportWaiting(
              pictures,
              "the pictures of %s stay where they are, and are tried again: %s"
                  .formatted(decided.name(), e));
    }
  }

  private void move(Batch decided, Path folder) throws IOException {
    LineDefaults defaults = LineDefaults.of(decided.defaults());
    LineFormat format = LineFormat.of(decided.name()).orElseThrow();
    SortedMap<Long, List<String>> named = new TreeMap<>();
    try (LineReader lines =
        format.open(content.of(decided.id()), flow.settings().intakes().maxBytes())) {
      for (RequestLine line = lines.next(); line != null; line = lines.next()) {
        if (!named.isEmpty() && line.number() - named.firstKey() >= SOME) {
          move(decided, named, folder);
          named.clear();
        }
        List<String> names = names(defaults, line);
        if (!names.isEmpty()) {
          named.put(line.number(), names);
        }
      }
    }
    if (!named.isEmpty()) {
      move(decided, named, folder);
    }
  }

  /** Of those that an accepted line can have. */
  private static List<String> names(LineDefaults defaults, RequestLine line) {
    return defaults.texts(line, "file").stream()
        .filter(name -> name.length() <= LONGEST_NAME)
        .limit(MOST_NAMES)
        .toList();
  }

  /** Only those of accepted lines: whoever mends the others needs theirs. */
  private void move(Batch decided, SortedMap<Long, List<String>> named, Path folder)
      throws IOException {
    Set<Long> accepted =
        flow.ledger().batches().withJob(decided.id(), named.firstKey(), named.lastKey());
    Set<String> names = new LinkedHashSet<>();
    named.forEach((line, some) -> names.addAll(accepted.contains(line) ? some : List.of()));
    for (String name : names) {
      move(name, folder);
    }
  }

  private void move(String name, Path folder) throws IOException {
    InboxPictures inbox = new InboxPictures(folder, () -> false);
    try {
      inbox.find(name);
    } catch (PictureRejected movedBefore) {
      return;
    }
    if (!users.uses(folder, null, name)) {
      inbox.move(name, folder.resolve(DroppedFile.ACCEPTED), flow.settings().files().policy());
    }
  }
}
