package io.leonardoroutes.board;

import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Job;
import java.util.List;

/**
 * One job in a list.
 *
 * @param state in words
 * @param tone the state as the style knows it
 * @param waitsFor in words, or null
 * @param why what is wrong with it, or null
 * @param held why a doubt is not settled yet, or null
 * @param named the generations that the answer to its create may mean
 * @param buttons what an operator may do with it now
 */
record JobRow(
    String id,
    String href,
    String name,
    String reference,
    String state,
    String tone,
    String waitsFor,
    String model,
    String caller,
    List<String> tags,
    String price,
    String created,
    String submitted,
    String why,
    String held,
    List<String> named,
    List<BoardButton> buttons) {

  static JobRow of(Job job) {
    String held = JobProblems.heldBecause(job);
    return new JobRow(
        job.id(),
        BoardPaths.job(job.id()),
        job.name(),
        job.reference(),
        BoardText.capital(job.state().name()),
        "s-" + job.state(),
        job.waitsFor() == null ? null : job.waitsFor().toString(),
        job.model(),
        job.caller(),
        job.tags().entrySet().stream().map(tag -> tag.getKey() + ":" + tag.getValue()).toList(),
        BoardText.price(job),
        BoardText.time(job.createdAt()),
        BoardText.time(job.submittedAt()),
        job.problem() == null ? null : job.problem().path("detail").asText(""),
        held.isEmpty() ? null : held,
        JobProblems.named(job),
        BoardButton.of(job));
  }

  boolean isNamed() {
    return !named.isEmpty();
  }

  boolean isTagged() {
    return !tags.isEmpty();
  }

  boolean hasButtons() {
    return !buttons.isEmpty();
  }
}
