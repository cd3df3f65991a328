package io.leonardoroutes.board;

import io.leonardoroutes.steer.LimitState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * A limit or budget, which an operator can change while the program runs.
 *
 * @param inForce the value that holds; null for a limit that the settings no longer have
 * @param file that of the settings, where an operator has set another; else null
 */
record LimitRow(
    String name,
    String id,
    String inForce,
    String file,
    String since,
    String by,
    String reason,
    List<BoardButton> buttons) {
  private static final String SET = "set";
  private static final String REMOVE = "remove";

  static LimitRow of(LimitState limit) {
    boolean set = limit.ledger() != null;
    List<BoardButton> buttons = new ArrayList<>();
    if (limit.file() != null) {
      buttons.add(
          new BoardButton("Change", limit.name(), BoardPaths.limit(limit.name(), SET), "plain"));
    }
    if (set) {
      buttons.add(
          new BoardButton(
              "Take back", limit.name(), BoardPaths.limit(limit.name(), REMOVE), "main"));
    }
    return new LimitRow(
        limit.name(),
        limit.name().replaceAll("[^\\w-]", "-"),
        value(limit.inForce(), limit.unit()),
        set ? value(limit.file(), limit.unit()) : null,
        limit.since() == null ? null : limit.since().replaceFirst("\\.\\d+Z", "Z"),
        limit.by(),
        limit.reason(),
        buttons);
  }

  private static String value(BigDecimal amount, String unit) {
    if (amount == null) {
      return null;
    }
    return unit == null ? BoardText.count(amount.longValue()) : BoardText.money(amount, unit);
  }

  static boolean isSet(String how) {
    return how.equals(SET);
  }

  static boolean isRemove(String how) {
    return how.equals(REMOVE);
  }

  /** The page that asks back. */
  static AskPage ask(LimitState limit, boolean set) {
    String now = value(limit.inForce(), limit.unit());
    String before = value(limit.file(), limit.unit());
    if (!set) {
      String text =
          before == null
              ? "The settings have no such limit any more."
              : "That of the settings holds again: %s in place of %s.".formatted(before, now);
      return AskPage.of(
              "Take limit " + limit.name() + " back?",
              text,
              "Nothing by itself; with a higher limit more jobs are paid sooner.",
              BoardPaths.limit(limit.name(), REMOVE),
              "/board")
          .button("Take it back", false);
    }
    return AskPage.of(
            "Change limit " + limit.name() + "?",
            "It is %s now. The new value holds at once, on all instances, until it is taken back."
                .formatted(now),
            "Nothing by itself; with a higher limit more jobs are paid, or sooner.",
            BoardPaths.limit(limit.name(), SET),
            "/board")
        .askValue(limit.unit() == null ? "New value" : "New value, in " + limit.unit())
        .askReason()
        .button("Change it", false);
  }
}
