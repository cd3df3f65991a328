package io.leonardoroutes.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Records how one request was read: what could not be read, and the position of each field. */
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

  /** Marks a field as unread: rules that involve it are not held against the request. */
  void unread(String pointer) {
    unread.add(pointer);
  }

  public List<Violation> misread() {
    return misread;
  }

  void leftEmpty(RecordComponent component) {
    leftEmpty.add(component);
  }

  /** The components that count as absent because their object was empty. */
  public Set<RecordComponent> leftEmpty() {
    return leftEmpty;
  }

  /** Whether the field, or an object around it, is present but could not be read. */
  public boolean isUnread(String pointer) {
    for (String at = pointer; !at.isEmpty(); at = parent(at)) {
      if (unread.contains(at)) {
        return true;
      }
    }
    return unread.contains("");
  }

  /** The position of a field in the document; an absent field comes after its siblings. */
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
