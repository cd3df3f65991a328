package io.leonardoroutes.prove;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code prove}: runs the requested proofs and prints their results.
 *
 * <p>One file, because the options and the figures are what a user knows of it.
 */
@Command(
    name = "prove",
    mixinStandardHelpOptions = true,
    description = {
      "The crash test: shows that nothing is lost or paid twice, whatever crashes.",
      "It runs this program against a faulty provider on this machine, and kills it again and",
      "again. It costs nothing: it neither uses nor sees your settings and your key."
    },
    footer = {
      "",
      "Delays are shorter than usual, as videos take less than a second here.",
      "Exits with 0, or with 1 if anything was lost or paid twice, if more than --concurrent",
      "jobs were at the provider at once, or if a point was not reached: then its folder is kept."
    })
public final class ProveCommand implements Callable<Integer> {
  private static final int BAD = 1;
  private static final int FIRST_FEW = 20;
  private static final int AS_IN_THE_PROGRAM = 10;
  private static final int ROOM_FOR_DOUBTS = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode document = JSON.createObjectNode();
  private PrintWriter out;

  @Spec private CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "number of kills (SIGKILL) at random moments, 0 to 100000; default 20")
  private String kills;

  @Option(
      names = "--points",
      paramLabel = "WHICH",
      description =
          "also kill once before and once after every step of a request or job in the route"
              + " files: all (default), none, or a regular expression for names of points, such"
              + " as --points create:")
  private String points;

  @Option(
      names = "--ambiguous",
      paramLabel = "N",
      description =
          "number of creates whose answer leaves open whether they are billed, 0 to 50000;"
              + " default 500")
  private String ambiguous;

  @Option(names = "--seed", paramLabel = "S", description = "seed of the random choices; default 1")
  private String seed;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description =
          "instances of the program that share one ledger, 1 to 8; default 1. Each kill hits one"
              + " of them while the others continue")
  private String instances;

  @Option(
      names = "--ledger",
      paramLabel = "URL",
      description =
          "jdbc:postgresql:... of a database to use, in a schema of its own; default: SQLite, for"
              + " one instance")
  private String ledger;

  @Option(
      names = "--concurrent",
      paramLabel = "N",
      description =
          "jobs at the provider at once, 1 to 10000; default 10, as usual, but 10000 for the"
              + " ambiguous creates, which hold their slots while in doubt")
  private String concurrent;

  @Option(
      names = "--json",
      description =
          "print the result as one JSON document; what happens meanwhile goes to standard error")
  private boolean json;

  /**
   * Runs the proofs.
   *
   * @return the exit status: 0, or 1 if anything was lost or paid twice
   * @throws ParameterException with one line, for an invalid value
   */
  @Override
  public Integer call() throws IOException, InterruptedException {
    ProveOptions options = options();
    out = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    boolean good = all(options);
    if (json) {
      spec.commandLine().getOut().println(document.put("proved", good));
    }
    return good ? 0 : BAD;
  }

  private ProveOptions options() {
    List<String> given = new ArrayList<>();
    add(given, "--kills", kills);
    add(given, "--points", points);
    add(given, "--ambiguous", ambiguous);
    add(given, "--seed", seed);
    add(given, "--instances", instances);
    add(given, "--ledger", ledger);
    add(given, "--concurrent", concurrent);
    try {
      return ProveOptions.of(given.toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private static void add(List<String> given, String option, String value) {
    if (value != null) {
      given.add(option);
      given.add(value);
    }
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
    ObjectNode figures = figures("kills", result.account(), unanswered);
    figures.put("kills", result.kills()).put("accepted", result.callers().accepted().size());
    figures.put("mostAtOnce", result.mostConcurrent());
    figures.set("reached", JSON.valueToTree(result.reached().stream().sorted().toList()));
    figures.set("missed", JSON.valueToTree(result.missed().stream().sorted().toList()));
    result.openJobs().forEach(job -> out.println("    " + job));
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
    ObjectNode figures = figures("ambiguous", result.account(), result.unanswered());
    figures.put("blindRepeats", result.blindRepeats()).put("adopted", result.adopted());
    figures.put("released", result.released()).put("open", result.open());
    out.printf("  blind repeats       %s%n", result.blindRepeats());
    out.printf("  adopted             %s%n", result.adopted());
    out.printf("  released            %s%n", result.released());
    out.printf("  held                %s%n", result.account().inDoubt().size());
    result.held().forEach((why, times) -> out.printf("    %s: %s%n", times, why));
    out.printf("  none of these       %s%n", result.open());
    return leave(proofFolder, result.good());
  }

  private ObjectNode figures(String proof, ProofVerdict account, int unanswered) {
    ObjectNode figures = document.putObject(proof);
    figures.put("lost", account.lost().size()).put("paidTwice", account.paidTwice().size());
    return figures.put("neverAnswered", unanswered).put("inDoubt", account.inDoubt().size());
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
