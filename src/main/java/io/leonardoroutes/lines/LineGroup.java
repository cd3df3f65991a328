package io.leonardoroutes.lines;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lines that are committed together. A line that takes the video of one of them comes with the next
 * group: by then that one is decided, and has a job.
 */
public final class LineGroup {
  private static final int MOST_LINES = 250;
  private static final int MOST_BYTES = 1024 * 1024;

  private final LineDefaults defaults;
  private final List<RequestLine> lines = new ArrayList<>();
  private int bytes;

  /** The references of its first lines: they are read only once a line waits for a job. */
  private final Set<String> references = new HashSet<>();

  private int referencesRead;

  /**
   * @param defaults what its lines leave out
   */
  public LineGroup(LineDefaults defaults) {
    this.defaults = defaults;
  }

  /** Whether it has as many lines, or as much text, as are committed together. */
  public boolean isFull() {
    return lines.size() >= MOST_LINES || bytes >= MOST_BYTES;
  }

  /**
   * Adds the next line.
   *
   * @return false if it has to come with the next group
   */
  public boolean add(RequestLine line) {
    List<String> jobs = defaults.texts(line, "job");
    if (!jobs.isEmpty() && isAnyHere(jobs)) {
      return false;
    }
    lines.add(line);
    bytes += line.json() == null ? 0 : line.json().length;
    return true;
  }

  private boolean isAnyHere(List<String> jobs) {
    while (referencesRead < lines.size()) {
      references.addAll(defaults.texts(lines.get(referencesRead), "reference"));
      referencesRead++;
    }
    return jobs.stream().anyMatch(references::contains);
  }

  public List<RequestLine> lines() {
    return List.copyOf(lines);
  }
}
