package speed;

import java.util.ArrayList;
import java.util.List;

/**
 * What a comparison is made with.
 *
 * @param jobs measured in each run, after {@code warm} others
 * @param repeat pairs of runs
 * @param ledger {@code sqlite}, {@code postgresql} for a server that is started here, or the URL of
 *     an empty PostgreSQL database
 * @param paced jobs that come ten a second after the others, for the time from drop to POST
 * @param fsyncs whether one more run of each is made under strace
 * @param only {@code plain}, {@code ours} or empty for both
 * @param keep whether the folders of the runs stay
 * @param jvm options of Java for both
 * @param settings of our program, {@code name=value}, over those of the comparison
 */
record SpeedOptions(
    int jobs,
    int warm,
    int repeat,
    Intake intake,
    String ledger,
    int instances,
    int concurrent,
    int paced,
    boolean fsyncs,
    String only,
    boolean keep,
    List<String> jvm,
    List<String> settings) {

  enum Intake {
    FILE,
    REST,
    JMS
  }

  boolean has(String side) {
    return only.isEmpty() || only.equals(side);
  }

  static final String USAGE =
      """
      options: --jobs 3000 --warm 500 --repeat 1 --intake file|rest|jms --instances 1
        --ledger sqlite|postgresql|jdbc:postgresql://... --concurrent 64 --paced 100 (0: none)
        --no-fsyncs --only plain|ours --keep (folders and logs)
        --jvm OPTION (both, again for each) --set leonardo.name=value (ours, again for each)
      """;

  static SpeedOptions parse(String... arguments) {
    int jobs = 3000;
    int warm = 500;
    int repeat = 1;
    Intake intake = Intake.FILE;
    String ledger = "sqlite";
    int instances = 1;
    int concurrent = 64;
    int paced = 100;
    boolean fsyncs = true;
    String only = "";
    boolean keep = false;
    List<String> jvm = new ArrayList<>();
    List<String> settings = new ArrayList<>();
    List<String> rest = new ArrayList<>(List.of(arguments));
    while (!rest.isEmpty()) {
      String name = rest.remove(0);
      switch (name) {
        case "--no-fsyncs" -> fsyncs = false;
        case "--keep" -> keep = true;
        case "--only" -> only = rest.remove(0);
        case "--jobs" -> jobs = Integer.parseInt(rest.remove(0));
        case "--warm" -> warm = Integer.parseInt(rest.remove(0));
        case "--repeat" -> repeat = Integer.parseInt(rest.remove(0));
        case "--intake" -> intake = Intake.valueOf(rest.remove(0).toUpperCase());
        case "--ledger" -> ledger = rest.remove(0);
        case "--instances" -> instances = Integer.parseInt(rest.remove(0));
        case "--concurrent" -> concurrent = Integer.parseInt(rest.remove(0));
        case "--paced" -> paced = Integer.parseInt(rest.remove(0));
        case "--jvm" -> jvm.add(rest.remove(0));
        case "--set" -> settings.add(rest.remove(0));
        default -> throw new IllegalArgumentException(name + " is no option\n" + USAGE);
      }
    }
    if (instances > 1 && ledger.equals("sqlite")) {
      throw new IllegalArgumentException("several instances need --ledger postgresql");
    }
    if (jvm.isEmpty()) {
      jvm.add("-Xmx512m");
    }
    return new SpeedOptions(
        jobs,
        warm,
        repeat,
        intake,
        ledger,
        instances,
        concurrent,
        paced,
        fsyncs,
        only,
        keep,
        jvm,
        settings);
  }
}
