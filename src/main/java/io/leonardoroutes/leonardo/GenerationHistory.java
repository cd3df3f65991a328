package io.leonardoroutes.leonardo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was read of the provider's list in one go, page after page.
 *
 * <p>That a generation is not in it says something only if {@link #isWhole} and older ones were
 * seen. A page shorter than asked for is not the end, for the provider may have a limit of its own:
 * only an empty page is. Nor is the order known: that older ones were seen counts only as long as
 * all came newest first. Each page begins with the last generation of the one before, so that none
 * is missed when the list moves while it is read. If it moved by more than a page, the page shows a
 * part of what was read, which tells where the last one stands now.
 */
public final class GenerationHistory {
  /** A generation of ours that is not found by so much later is not in the list. */
  private static final Duration LONG_BEFORE = Duration.ofDays(1);

  /** So many pages in a row may show only what was read; a list may repeat itself forever. */
  private static final int MOST_REPEATED = 8;

  private final List<ListedGeneration> generations = new ArrayList<>();

  /** An id may be shown in other letters than it was answered in. */
  private final Set<String> ids = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  private int position;
  private int longestPage;
  private String last;
  private boolean overlaps;
  private boolean ended;
  private boolean repeats;
  private int repeated;
  private boolean moved;
  private boolean newestFirst = true;
  private Instant oldest = Instant.MAX;

  /** Adds the page that was asked for at {@link #offset}. */
  public void add(GenerationPage.Page page) {
    List<ListedGeneration> shown = page.generations();
    int behind = overlaps && isFull(shown) ? behind(shown) : -1;
    if (behind >= 0 && repeated < MOST_REPEATED) {
      // More were made meanwhile than a page shows. Nothing is missed: none of it is new.
      repeated++;
      position = offset() + shown.size() + behind;
      return;
    }
    repeated = 0;
    int before = generations.size();
    boolean asked = overlaps;
    moved |= asked && shown.stream().noneMatch(listed -> last.equals(listed.id()));
    position = offset() + shown.size();
    shown.forEach(this::add);
    boolean adds = generations.size() > before;
    // What came without the one before it may not be all that follows.
    moved |= adds && before > 0 && !asked;
    ended = shown.isEmpty();
    // A shorter one is the end of the list, which moved on while others were made.
    repeats = !adds && !asked && isFull(shown);
    longestPage = Math.max(longestPage, shown.size());
    last = shown.isEmpty() ? null : shown.get(shown.size() - 1).id();
    overlaps = adds && last != null && shown.size() > 1;
  }

  private boolean isFull(List<ListedGeneration> shown) {
    return !shown.isEmpty() && shown.size() >= longestPage;
  }

  /** How many that were read stand behind these, which were too, in the same order; else -1. */
  private int behind(List<ListedGeneration> shown) {
    List<String> again = shown.stream().map(ListedGeneration::id).toList();
    if (!again.stream().allMatch(id -> id != null && ids.contains(id))) {
      return -1;
    }
    List<String> read = generations.stream().map(ListedGeneration::id).toList();
    int at = Collections.indexOfSubList(read, again);
    return at < 0 ? -1 : read.size() - at - again.size();
  }

  private void add(ListedGeneration generation) {
    if (generation.id() != null && !ids.add(generation.id())) {
      return;
    }
    generations.add(generation);
    Instant at = generation.createdAt();
    if (at != null) {
      newestFirst &= !at.isAfter(oldest);
      oldest = at.isBefore(oldest) ? at : oldest;
    }
  }

  /** Where the next page begins. */
  public int offset() {
    return overlaps ? position - 1 : position;
  }

  /**
   * Whether another page can tell more of creates from some time on.
   *
   * @param from by the provider's clock, as far as it is known
   * @param earlier generations of ours from before that time, with the times of their creates
   */
  public boolean wantsMore(Instant from, Map<String, Instant> earlier) {
    return !ended && !repeats && !moved && !(newestFirst && reaches(from, earlier));
  }

  private boolean reaches(Instant from, Map<String, Instant> earlier) {
    return earlier.isEmpty()
        ? showsOlder(from)
        : earlier.keySet().stream().anyMatch(ids::contains)
            || oldest.isBefore(Collections.min(earlier.values()).minus(LONG_BEFORE));
  }

  /** Whether nothing is missing between the newest generation and the oldest one read. */
  boolean isWhole() {
    return !moved && (newestFirst || ended);
  }

  /** Whether the end of the list was read. */
  boolean isEnded() {
    return ended;
  }

  /** Whether it shows what is older, so that it is not cut before that time. */
  boolean showsOlder(Instant from) {
    return oldest.isBefore(from.minus(CreateAttempt.SKEW));
  }

  /** Whether everything came newest first. */
  public boolean isNewestFirst() {
    return newestFirst;
  }

  List<ListedGeneration> generations() {
    return generations;
  }

  /** The ids of all generations read. */
  public Set<String> ids() {
    return Set.copyOf(ids);
  }
}
