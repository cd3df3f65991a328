package io.leonardoroutes.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The course of reading one request: what could not be read, and where each field stands. */
public final class ParseTrace {
  private final JsonNode received;
  private final Map<String, Integer> starts = new HashMap<>();
  private final Map<String, Integer> ends = new HashMap<>();
  private final Set<String> unread = new HashSet<>();
  private final List<Violation> misread = new ArrayList<>();
  private final Set<RecordComponent> leftEmpty = new HashSet<>();
  private int position;

  public ParseTrace(JsonNode received) {
    this.received = received;
  }

  public JsonNode received() {
    return received;
  }

  void enter(String pointer) {
    starts.put(pointer, position++);
  }

  void leave(String pointer) {
    ends.put(pointer, position++);
  }

  public void misread(Violation violation) {
    misread.add(violation);
    unread(violation.pointer());
  }

  /** Leaves a field out of account: no rule that involves it is held against the request. */
  void unread(String pointer) {
    unread.add(pointer);
  }

  public List<Violation> misread() {
    return misread;
  }

  void leftEmpty(RecordComponent component) {
    leftEmpty.add(component);
  }

  /** The components that are absent because an object was there with nothing in it. */
  public Set<RecordComponent> leftEmpty() {
    return leftEmpty;
  }

  /** Whether the field, or something that it is part of, is there but could not be read. */
  public boolean isUnread(String pointer) {
    for (String at = pointer; !at.isEmpty(); at = parent(at)) {
      if (unread.contains(at)) {
        return true;
      }
    }
    return unread.contains("");
  }

  /** Where a field stands in the document; one that is absent, behind its present siblings. */
  public int position(String pointer) {
    Integer start = starts.get(pointer);
    String around = pointer;
    while (start == null && !around.isEmpty()) {
      around = parent(around);
      start = ends.get(around);
    }
    return start == null ? Integer.MAX_VALUE : start;
  }

  private static String parent(String pointer) {
    return pointer.substring(0, pointer.lastIndexOf('/'));
  }
}
