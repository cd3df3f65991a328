package io.leonardoroutes.board;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.limits.Pause;
import io.leonardoroutes.problem.RequestRejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that an operator can pause.
 *
 * @param what account, submitting or intake
 * @param name of the account or intake; {@code all} for submitting
 * @param title in words
 */
record PauseRow(
    String what,
    String name,
    String title,
    boolean paused,
    String since,
    String by,
    String reason,
    List<BoardButton> buttons) {
  private static final String ALL = "all";

  /** All that there is, and what is paused though it is there no more. */
  static List<PauseRow> all(FlowContext flow) {
    List<Pause> paused = flow.ledger().pauses().all();
    List<PauseRow> rows = new ArrayList<>();
    rows.add(drain(paused));
    rows.add(row("submitting", ALL, "All submitting", paused));
    for (String account : flow.settings().accounts().names()) {
      rows.add(row("account", account, "Account " + account, paused));
    }
    for (String intake : IntakeProperties.PAUSABLE) {
      rows.add(row("intake", intake, "Intake " + intake, paused));
    }
    for (Pause pause : paused) {
      if (rows.stream().noneMatch(row -> row.is(pause))) {
        rows.add(row("account", pause.name(), "Account " + pause.name(), paused));
      }
    }
    return rows;
  }

  /** Submitting and every intake at once. */
  private static PauseRow drain(List<Pause> paused) {
    boolean drained =
        paused.stream().anyMatch(pause -> pause.what() == Pause.What.SUBMITTING)
            && paused.stream().filter(pause -> pause.what() == Pause.What.INTAKE).count()
                >= IntakeProperties.PAUSABLE.size();
    String title = "Everything (drain)";
    BoardButton button =
        new BoardButton(
            drained ? "Resume" : "Drain",
            title,
            BoardPaths.pause(ALL, ALL, drained ? "resume" : "pause"),
            drained ? "main" : "bad");
    return new PauseRow(ALL, ALL, title, drained, null, null, null, List.of(button));
  }

  private boolean is(Pause pause) {
    return what.equals(pause.what().toString())
        && name.equals(pause.name().isEmpty() ? ALL : pause.name());
  }

  private static PauseRow row(String what, String name, String title, List<Pause> paused) {
    PauseRow running = new PauseRow(what, name, title, false, null, null, null, List.of());
    Pause pause = paused.stream().filter(running::is).findFirst().orElse(null);
    String action = pause == null ? "pause" : "resume";
    List<BoardButton> buttons =
        List.of(
            new BoardButton(
                BoardText.capital(action),
                title,
                BoardPaths.pause(what, name, action),
                pause == null ? "plain" : "main"));
    return pause == null
        ? new PauseRow(what, name, title, false, null, null, null, buttons)
        : new PauseRow(
            what,
            name,
            title,
            true,
            BoardText.time(pause.since()),
            pause.by().name() == null ? pause.by().source() : pause.by().name(),
            pause.reason(),
            buttons);
  }

  boolean hasButtons() {
    return !buttons.isEmpty();
  }

  /**
   * The one of a path.
   *
   * @throws RequestRejected 404
   */
  static PauseRow named(FlowContext flow, String what, String name) {
    return all(flow).stream()
        .filter(row -> row.what().equals(what) && row.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new RequestRejected(
                    404, "not-found", "Not found", "there is nothing at this path"));
  }

  /** The page that asks back. */
  AskPage ask(boolean pause, long queued) {
    String href = BoardPaths.pause(what, name, pause ? "pause" : "resume");
    boolean intake = what.equals("intake");
    String words = title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1);
    if (pause && what.equals(ALL)) {
      return AskPage.of(
              "Drain everything?",
              "No new request is accepted and no paid call begins, on all instances. What is at the"
                  + " provider is followed and delivered to its end.",
              "Nothing.",
              href,
              "/board")
          .askReason()
          .button("Drain", true);
    }
    if (pause) {
      String text =
          intake
              ? "No new request of it is accepted: files and messages wait where they are, and REST"
                  + " calls are answered 503. Jobs that were accepted go on."
              : "No paid call begins any more. What is at the provider is followed to its end.";
      return AskPage.of("Pause " + words + "?", text, "Nothing.", href, "/board")
          .askReason()
          .button("Pause", false);
    }
    String cost =
        intake
            ? "Nothing by itself: requests are accepted again, and are paid as any other."
            : "Each of the %s queued jobs is paid as it is submitted, within limits and budgets."
                .formatted(BoardText.count(queued));
    return AskPage.of(
            "Resume " + words + "?", "It goes on for all instances.", cost, href, "/board")
        .button("Resume", false);
  }
}
