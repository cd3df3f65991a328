package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.LeonardoRoutes;
import io.leonardoroutes.fixture.ChildJvm;
import io.leonardoroutes.fixture.ChildProcess;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The program as a script or a person starts it. */
@Tag("long")
class CommandsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "restore --at 2026-07-01T02:00:00Z | Unmatched argument",
        "nonsense | Unmatched argument",
        "--nonsense | Unknown option: '--nonsense'",
        "start --port 80 | Unknown option",
        "start now | Unmatched argument",
        "restored | Missing required option: '--at=INSTANT'",
        "restored --at | Missing required parameter for option '--at'",
        "restored --at yesterday | Invalid value for option '--at'",
        "restored --since 2026-07-01T02:00:00Z | --at",
        "key | Missing required parameter",
        "key #a | a name is 1 to 64 printable characters",
        "key anna boss | a role is the word operator",
        "key anna operator too | Unmatched argument",
        "quote | Missing required parameter",
        "quote a.json b.json | Unmatched argument",
        "prove --kill 3 | Unknown option",
        "prove --kills many | --kills many is not a whole number",
        "-routes x | Unknown option",
        "-Dleonardo.rest.port=1 | settings stand before -jar"
      })
  void whatItDoesNotKnowIsOneLineAndNothingIsDone(String arguments, String told) {
    StringWriter said = new StringWriter();
    CommandLine line =
        ProgramCommands.line(CommandContext.real()).setErr(new PrintWriter(said, true));

    assertThat(line.execute(arguments.split(" "))).isEqualTo(2);
    assertThat(said.toString().lines())
        .singleElement()
        .asString()
        .startsWith("leonardo-routes: ")
        .contains(told == null ? "" : told);
  }

  @Test
  void aScriptThatMisspellsACommandStartsNothing() throws Exception {
    ChildProcess.Ended ended =
        ChildProcess.in(folder).run("restore", "--at", "2026-07-01T02:00:00Z");

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.said()).hasSize(1);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "start --help", "restored --help", "key --help"})
  void whoAsksForHelpGetsIt(String arguments) {
    assertThat(answer(arguments)).startsWith("Usage: leonardo-routes");
  }

  private static String answer(String arguments) {
    StringWriter said = new StringWriter();
    CommandLine line =
        ProgramCommands.line(CommandContext.real()).setOut(new PrintWriter(said, true));
    assertThat(line.execute(arguments.split(" "))).isZero();
    return said.toString();
  }

  @Test
  void helpListsEveryCommandAndOption() {
    assertThat(answer("--help"))
        .contains("start ", "restored ", "key ", "prove ", "java -Dkey=value -jar")
        .doesNotContain("Camel", " -routes");
    assertThat(answer("prove --help"))
        .contains("--kills", "--points", "--ambiguous", "--seed", "--instances", "--ledger");
    assertThat(answer("--version")).startsWith("leonardo-routes ");
  }

  @Test
  void theCommandStartStartsItToo() throws Exception {
    ChildProcess.Ended ended =
        ChildProcess.startable(folder).with(Map.of("LEONARDO_REST_KEY", "key")).run("start");

    assertThat(ended.wasReady()).isTrue();
    assertThat(ended.status()).isZero();
    assertThat(ended.said()).noneMatch(line -> line.contains("is not a setting"));
  }

  @Test
  void onlyTheResultOfACommandGoesToStandardOutput() throws Exception {
    List<String> command = ChildJvm.command();
    command.add("-Dleonardo.typo=1");
    command.addAll(
        List.of("-cp", ChildJvm.program(), LeonardoRoutes.class.getName(), "models", "--json"));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes());

    assertThat(process.waitFor()).isZero();
    assertThat(new ObjectMapper().readTree(out).get("items")).isNotEmpty();
    assertThat(out.lines()).hasSize(1);
    assertThat(folder.resolve("err")).content().contains("leonardo.typo is not a setting");
  }

  @Test
  void aSinkIsOffWhoseAddressIsEmptyWhereverThatIsSaid() throws Exception {
    ChildProcess.Ended byProperty =
        ChildProcess.startable(folder, "-Dleonardo.sinks.outbox.uri=").run();
    ChildProcess.Ended byVariable =
        ChildProcess.startable(folder).with(Map.of("LEONARDO_SINKS_OUTBOX_URI", "")).run();

    assertThat(byProperty.wasReady()).as(byProperty.last()).isTrue();
    assertThat(byVariable.wasReady()).as(byVariable.last()).isTrue();
  }

  @Test
  void theRoutesMayBeALinkToAFolderElsewhereAndSoMayEachFile() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere/..data"));
    for (File file : new File("routes").listFiles()) {
      Files.copy(file.toPath(), elsewhere.resolve(file.getName()));
      Files.createSymbolicLink(
          elsewhere.resolveSibling(file.getName()), Path.of("..data", file.getName()));
    }
    Path program = Files.createDirectory(folder.resolve("program"));
    Files.createSymbolicLink(program.resolve("routes"), Path.of("../elsewhere"));

    ChildProcess.Ended ended = ChildProcess.startable(program).run();

    assertThat(ended.wasReady()).as(ended.last()).isTrue();
  }

  @Test
  void withoutTheJarsBesideItOneLineSaysSo() throws Exception {
    ChildProcess.Ended none = ChildProcess.in(folder).runFrom(classes());
    ChildProcess.Ended some = ChildProcess.in(folder).runFrom(without("camel-main"));

    for (ChildProcess.Ended ended : new ChildProcess.Ended[] {none, some}) {
      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.said())
          .singleElement()
          .asString()
          .startsWith(
              "leonardo-routes did not start: the jars of lib/ have to be beside"
                  + " leonardo-routes.jar")
          .contains("is in none of them");
    }
  }

  private static String classes() {
    return Path.of(
            LeonardoRoutes.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .toString();
  }

  private static String without(String jar) {
    return Arrays.stream(ChildJvm.tests().split(File.pathSeparator))
        .filter(entry -> !entry.contains(jar))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void aFolderThatNothingMayBeRunFromIsNamed() throws Exception {
    Path nowhere = folder.resolve("nowhere");

    ChildProcess.Ended ended = ChildProcess.startable(folder, "-Djava.io.tmpdir=" + nowhere).run();
    ChildProcess.Ended own =
        ChildProcess.startable(
                folder, "-Djava.io.tmpdir=" + folder, "-Dorg.sqlite.tmpdir=" + nowhere + "2")
            .run();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.said())
        // newer JDKs warn of the folder and of what libraries do inside
        .filteredOn(line -> !line.isEmpty() && !line.startsWith("WARNING: "))
        .containsExactly(
            "leonardo-routes did not start: leonardo.ledger.url: cannot be opened: the SQLite"
                + " library cannot be run from "
                + nowhere
                + ": name a folder that is writable and not mounted noexec with"
                + " -Djava.io.tmpdir or, for SQLite alone, -Dorg.sqlite.tmpdir");
    assertThat(own.last()).contains(nowhere + "2");
  }
}
