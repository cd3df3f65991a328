package io.leonardoroutes.prove;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The proof by ambiguous answers: one life without a kill, in which nearly every create is answered
 * so that nobody can know from the answer whether it is paid.
 */
final class AmbiguityProof {
  private static final int CALLERS = 8;

  /** One in so many is answered well, as the provider's list is believed by what it shows. */
  private static final int PLAIN_EVERY = 11;

  /**
   * What was seen.
   *
   * @param sent the ambiguous answers that were given, by their kind
   * @param blindRepeats creates that were sent again although the provider had accepted them
   * @param adopted accepted by the provider, found again, and delivered after the one create
   * @param released not accepted, and submitted again after that was known
   * @param open none of these
   * @param held why some are in doubt for a person to decide, with how many for each reason
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
  private final ProofFolder room;
  private final ProofProvider provider;
  private final ProofProgress progress;

  AmbiguityProof(int creates, ProofFolder room, ProofProvider provider, ProofProgress progress) {
    this.creates = creates;
    this.room = room;
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
    ProgramFleet fleet = new ProgramFleet(room);
    fleet.startAll();
    RestCaller rest = new RestCaller(room);
    try (ProofCallers callers = new ProofCallers(Collections.nCopies(CALLERS, rest))) {
      ProofOutcome outcome = new ProofOutcome(room, rest, callers);
      // An account's list is believed once it shows a job that is older than the doubt.
      callers.askGood();
      outcome.settled(progress);
      while (callers.askGood() < last(creates)) {}
      outcome.settled(progress);
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
