package io.leonardoroutes.leonardo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What was read of the provider's list in one go, page after page.
 *
 * <p>That a generation is not in it says something only of the times that it {@link #covers}. A
 * page shorter than asked for is not the end, for the provider may have a limit of its own: only an
 * empty page is. Nor is the order known: that older ones were seen counts only as long as all came
 * newest first.
 */
public final class History {
  private final List<Listed> generations = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private int offset;
  private int longestPage;
  private boolean ended;
  private boolean repeats;
  private boolean newestFirst = true;
  private Instant oldest = Instant.MAX;

  /** Adds the page that was asked for at {@link #offset}. */
  public void add(Listing.Page page) {
    int before = generations.size();
    page.generations().forEach(this::add);
    offset += page.generations().size();
    ended = page.generations().isEmpty();
    // A shorter one is the end of the list, which moved on while others were made.
    repeats = generations.size() == before && page.generations().size() >= longestPage && !ended;
    longestPage = Math.max(longestPage, page.generations().size());
  }

  private void add(Listed generation) {
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
    return offset;
  }

  /** Whether another page can tell more of creates from this time on. */
  public boolean wantsMore(Instant from) {
    return !repeats && !covers(from);
  }

  /** Whether every generation that the list has from this time on, by our clock, was read. */
  boolean covers(Instant from) {
    return ended || newestFirst && showsOlder(from);
  }

  /** Whether it shows what is older, so that it is not cut before that time. */
  public boolean showsOlder(Instant from) {
    return oldest.isBefore(from.minus(Attempt.SKEW));
  }

  List<Listed> generations() {
    return generations;
  }

  /** The ids of all that was read. */
  public Set<String> ids() {
    return Set.copyOf(ids);
  }
}
