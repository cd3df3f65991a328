package io.leonardoroutes.prove;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The proof by ambiguous answers: one run without kills, in which almost no answer to a create
 * shows whether it was paid.
 */
final class AmbiguityProof {
  private static final int CALLERS = 8;

  /**
   * Every eleventh create gets a plain answer, because the provider's list is relied on only once
   * it shows such jobs.
   */
  private static final int PLAIN_EVERY = 11;

  /**
   * The counts of the proof.
   *
   * @param sent the number of ambiguous answers of each kind
   * @param blindRepeats creates that were repeated although the provider had accepted them
   * @param adopted accepted by the provider, found in its list, and delivered without another
   *     create
   * @param released not accepted by the provider, and submitted again
   * @param open none of these
   * @param held the number of jobs left in doubt for a person, by reason
   */
  record Result(
      ProofVerdict account,
      int unanswered,
      Map<AmbiguousAnswer, Integer> sent,
      int blindRepeats,
      int adopted,
      int released,
      int open,
      Map<String, Integer> held,
      Duration took) {

    boolean good() {
      return account.good() && blindRepeats == 0 && unanswered == 0 && open == 0;
    }
  }

  private final int creates;
  private final ProofFolder proofFolder;
  private final ProofProvider provider;
  private final ProofProgress progress;

  AmbiguityProof(
      int creates, ProofFolder proofFolder, ProofProvider provider, ProofProgress progress) {
    this.creates = creates;
    this.proofFolder = proofFolder;
    this.provider = provider;
    this.progress = progress;
  }

  static ProofProvider provider(int creates, int concurrent) {
    AmbiguousAnswer[] all = AmbiguousAnswer.values();
    int last = last(creates);
    return new ProofProvider(
        Duration.ZERO,
        concurrent,
        (number, attempt) ->
            attempt > 1 || number == 1 || number > last || number % PLAIN_EVERY == 0
                ? Optional.empty()
                : Optional.of(all[number % all.length]));
  }

  /** The number of the request that makes the last ambiguous create. */
  private static int last(int creates) {
    return 1 + creates + creates / (PLAIN_EVERY - 1);
  }

  Result run() throws IOException, InterruptedException {
    long began = System.nanoTime();
    ProgramFleet fleet = new ProgramFleet(proofFolder);
    fleet.startAll();
    RestCaller rest = new RestCaller(proofFolder, true);
    try (ProofCallers callers = new ProofCallers(Collections.nCopies(CALLERS, rest))) {
      ProofOutcome outcome = new ProofOutcome(proofFolder, rest, callers);
      // An account's list is relied on only once it shows a job that is older than the doubt.
      callers.sendValid();
      outcome.awaitAll(progress);
      while (callers.sendValid() < last(creates)) {}
      outcome.awaitAll(progress);
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      return count(outcome, callers, took);
    } finally {
      fleet.killAll();
    }
  }

  private Result count(ProofOutcome outcome, ProofCallers callers, Duration took) {
    Map<AmbiguousAnswer, Integer> sent = new EnumMap<>(AmbiguousAnswer.class);
    int blindRepeats = 0;
    int adopted = 0;
    int released = 0;
    int first = 0;
    for (int number = 1; number <= last(creates); number++) {
      List<Optional<AmbiguousAnswer>> attempts = provider.attempts(number);
      attempts.forEach(wrong -> wrong.ifPresent(kind -> sent.merge(kind, 1, Integer::sum)));
      if (attempts.isEmpty() || attempts.get(0).isEmpty()) {
        continue;
      }
      first++;
      boolean paid = attempts.get(0).get().paid;
      boolean repeated = attempts.size() > 1;
      blindRepeats += paid && repeated ? 1 : 0;
      adopted += paid && !repeated && outcome.delivered().contains(number) ? 1 : 0;
      released += !paid && repeated ? 1 : 0;
    }
    ProofVerdict account = outcome.account(provider.paid());
    int held = account.inDoubt().size();
    return new Result(
        account,
        callers.unanswered().size(),
        sent,
        blindRepeats,
        adopted,
        released,
        first - adopted - released - held,
        outcome.reasons(),
        took);
  }
}
