package io.leonardoroutes.prove;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The command {@code prove}: runs the requested proofs and prints their results. */
public final class ProveCommand {
  private static final int BAD = 1;
  private static final int FIRST_FEW = 20;
  private static final int AS_IN_THE_PROGRAM = 10;
  private static final int ROOM_FOR_DOUBTS = 10_000;

  private final PrintStream out;

  private ProveCommand(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs the proofs.
   *
   * @return the exit status: 0, or 1 if anything was lost or paid twice or the proof itself failed
   * @throws IllegalArgumentException with a one-line message, for an unknown option or an invalid
   *     value
   */
  public static int run(String... arguments) {
    ProveOptions options = ProveOptions.of(arguments);
    try {
      return new ProveCommand(System.out).all(options) ? 0 : BAD;
    } catch (IllegalArgumentException | IllegalStateException | IOException e) {
      System.err.println("prove: " + e.getMessage());
    } catch (InterruptedException e) {
      System.err.println("prove: interrupted");
    }
    return BAD;
  }

  private boolean all(ProveOptions options) throws IOException, InterruptedException {
    boolean good = true;
    if (options.kills() > 0 || !options.points().equals("none")) {
      ProofSetup setup = options.setup().withDefaultConcurrency(AS_IN_THE_PROGRAM);
      try (ProofProvider provider = KillProof.provider(options.seed(), setup.concurrent());
          ProofFolder proofFolder = createFolder("kills", provider, setup)) {
        good &= kills(options, proofFolder, provider);
      }
    }
    if (options.ambiguous() > 0) {
      ProofSetup setup = options.setup().withDefaultConcurrency(ROOM_FOR_DOUBTS);
      try (ProofProvider provider =
              AmbiguityProof.provider(options.ambiguous(), setup.concurrent());
          ProofFolder proofFolder = createFolder("ambiguous", provider, setup)) {
        good &= ambiguous(options, proofFolder, provider);
      }
    }
    out.println(good ? "proved" : "NOT PROVED");
    return good;
  }

  private boolean kills(ProveOptions options, ProofFolder proofFolder, ProofProvider provider)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    KillProof.Result result =
        new KillProof(options, proofFolder, provider, new ProofProgress(out)).run();
    out.printf(
        "%s kills of %s, seed %s, in %s s%n",
        result.kills(), proofFolder.setup().instances(), options.seed(), seconds(since(began)));
    out.printf(
        "  accepted            %s (%s)%n",
        result.callers().accepted().size(), list(result.callers().byIntake()));
    out.printf("  over REST           %s%n", list(result.courses()).toLowerCase(Locale.ROOT));
    int unanswered = result.callers().unanswered().size();
    print(result.account(), unanswered);
    out.printf("  in doubt            %s%n", result.account().inDoubt().size());
    out.printf(
        "  most at once        %s of %s%n",
        result.mostConcurrent(), proofFolder.setup().concurrent());
    List<Duration> recoveries = result.recoveries().stream().sorted().toList();
    out.printf(
        "  seconds to recover  %s at most, %s in the median of %s%n",
        seconds(recoveries.get(recoveries.size() - 1)),
        seconds(recoveries.get((recoveries.size() - 1) / 2)),
        recoveries.size());
    out.printf("  points killed at    %s%n", result.reached().size());
    result.reached().stream().sorted().forEach(point -> out.println("    " + point));
    out.printf("  points not reached  %s%n", result.missed().size());
    result.missed().stream().sorted().forEach(point -> out.println("    " + point));
    return leave(
        proofFolder,
        result.account().good()
            && unanswered == 0
            && result.mostConcurrent() <= proofFolder.setup().concurrent()
            && result.missed().isEmpty());
  }

  private boolean ambiguous(ProveOptions options, ProofFolder proofFolder, ProofProvider provider)
      throws IOException, InterruptedException {
    AmbiguityProof.Result result =
        new AmbiguityProof(options.ambiguous(), proofFolder, provider, new ProofProgress(out))
            .run();
    out.printf(
        "%s ambiguous creates in %s s%n",
        result.sent().values().stream().mapToInt(Integer::intValue).sum(), seconds(result.took()));
    out.printf("  kinds               %s%n", list(result.sent()));
    print(result.account(), result.unanswered());
    out.printf("  blind repeats       %s%n", result.blindRepeats());
    out.printf("  adopted             %s%n", result.adopted());
    out.printf("  released            %s%n", result.released());
    out.printf("  held                %s%n", result.account().inDoubt().size());
    result.held().forEach((why, times) -> out.printf("    %s: %s%n", times, why));
    out.printf("  none of these       %s%n", result.open());
    return leave(proofFolder, result.good());
  }

  private void print(ProofVerdict account, int unanswered) {
    out.printf("  lost                %s%n", numbers(account.lost()));
    out.printf("  paid twice          %s%n", numbers(account.paidTwice()));
    out.printf("  never answered      %s%n", unanswered);
  }

  private ProofFolder createFolder(String name, ProofProvider provider, ProofSetup setup)
      throws IOException {
    ProofFolder proofFolder = new ProofFolder(name, provider, setup);
    out.println("the program runs in " + proofFolder);
    return proofFolder;
  }

  private boolean leave(ProofFolder proofFolder, boolean good) throws IOException {
    out.printf("  errors logged       %s%n", proofFolder.errors());
    if (good) {
      proofFolder.delete();
    } else {
      out.println("  kept: " + proofFolder);
    }
    return good;
  }

  private static String numbers(List<Integer> requests) {
    String first =
        requests.stream()
            .limit(FIRST_FEW)
            .map(number -> "#" + number)
            .collect(Collectors.joining(" "));
    return requests.size() + (first.isEmpty() ? "" : ": requests " + first);
  }

  private static String list(Map<?, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1000.0);
  }
}
