package io.leonardoroutes.board;

import java.util.List;

/**
 * A page that asks back before something is done, and says what it costs.
 *
 * @param question also its heading
 * @param text what will happen
 * @param href where the form goes
 * @param back where it is left without
 * @param label of the button that does it
 * @param danger whether it may cost money twice, or cannot be taken back
 * @param generation whether the provider's id is asked for
 * @param named ids that it may be
 * @param confirm the word that the operator's tick sends, or null
 * @param confirms what the operator ticks
 * @param reason whether a reason may be given
 * @param value what a new value is asked for by, or null
 */
record AskPage(
    String question,
    String text,
    String cost,
    String href,
    String back,
    String label,
    boolean danger,
    boolean generation,
    List<String> named,
    String confirm,
    String confirms,
    boolean reason,
    String value) {

  /** Without fields. */
  static AskPage of(String question, String text, String cost, String href, String back) {
    return new AskPage(
        question, text, cost, href, back, "", false, false, List.of(), null, null, false, null);
  }

  AskPage button(String label, boolean danger) {
    return new AskPage(
        question,
        text,
        cost,
        href,
        back,
        label,
        danger,
        generation,
        named,
        confirm,
        confirms,
        reason,
        value);
  }

  AskPage askGeneration(List<String> named) {
    return new AskPage(
        question, text, cost, href, back, label, danger, true, named, confirm, confirms, reason,
        value);
  }

  AskPage askConfirm(String word, String what) {
    return new AskPage(
        question,
        text,
        cost,
        href,
        back,
        label,
        true,
        generation,
        named,
        word,
        what,
        reason,
        value);
  }

  AskPage askReason() {
    return new AskPage(
        question,
        text,
        cost,
        href,
        back,
        label,
        danger,
        generation,
        named,
        confirm,
        confirms,
        true,
        value);
  }

  AskPage askValue(String label) {
    return new AskPage(
        question,
        text,
        cost,
        href,
        back,
        this.label,
        danger,
        generation,
        named,
        confirm,
        confirms,
        reason,
        label);
  }

  boolean isNamed() {
    return !named.isEmpty();
  }
}
