package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that ask nobody: {@code validate}, {@code schema}, {@code models}, help. */
class OfflineCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GOOD =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
      """;
  private static final String BAD =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat","duration":20,"motion_has_audo":1}}\
      """;

  @TempDir Path folder;
  private final Map<String, String> settings = new HashMap<>();

  @BeforeEach
  void open() {
    settings.put("leonardo.data", folder.resolve("data").toString());
  }

  private CommandFixture.Ended run(String... arguments) {
    return CommandFixture.with(settings, folder).run(arguments);
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  @Test
  void everythingThatIsWrongWithARequestIsSaidAtOnce() throws Exception {
    write("bad.json", BAD);

    CommandFixture.Ended ended = run("validate", "bad.json");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.lines())
        .containsExactly(
            "bad.json: /parameters/duration: 20 is too long for kling-3.0-turbo: 3 to 15 seconds",
            "bad.json: /parameters/motion_has_audo: unknown key `motion_has_audo`: did you mean"
                + " `motion_has_audio`?",
            "bad.json: 1 request, 1 invalid");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void eachLineOfABatchIsCheckedWithTheDefaultsOfItsFolder() throws Exception {
    Path batch = Files.createDirectory(folder.resolve("batch"));
    write("batch/_defaults.json", "{\"model\":\"kling-3.0-turbo\"}");
    write("batch/a.csv", "prompt,duration\nA cat,5\nA dog,99\n");
    write("batch/b.jsonl", GOOD + "\nhello\n");
    write("batch/c.json", "[" + GOOD + "]");

    CommandFixture.Ended ended = run("validate", batch.toString());

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.lines())
        .containsSubsequence(
            "a.csv, request 3: /parameters/duration: 99 is too long for kling-3.0-turbo: 3 to 15"
                + " seconds",
            "a.csv: 2 requests, 1 invalid",
            "b.jsonl: 2 requests, 1 invalid",
            "c.json: 1 request, valid");
  }

  @Test
  void anAccountAndAPictureThatAreNotThereAreNamed() throws Exception {
    write(
        "a.json",
        """
        {"model":"kling-3.0-turbo","account":"studio","parameters":{"prompt":"A cat",
         "guidances":{"start_frame":[{"image":{"file":"start.png"}}]}}}
        """);

    assertThat(run("validate", "a.json").lines())
        .containsExactly(
            "a.json: /account: studio is not a known account: one of default",
            "a.json: /parameters/guidances/start_frame/0/image/file: there is no file start.png"
                + " beside the request",
            "a.json: 1 request, 1 invalid");
  }

  @Test
  void programsGetTheProblemThatRestWouldAnswer() throws Exception {
    write("bad.json", BAD);
    write("good.json", GOOD);

    CommandFixture.Ended ended = run("validate", "--json", "bad.json", "good.json");

    assertThat(ended.status()).isEqualTo(1);
    JsonNode document = JSON.readTree(ended.out());
    assertThat(document.get("valid").asBoolean()).isFalse();
    assertThat(document.at("/files/0/problems/0/problem/violations/0/pointer").asText())
        .isEqualTo("/parameters/duration");
    assertThat(document.at("/files/1/invalid").asInt()).isZero();
    assertThat(run("validate", "good.json").status()).isZero();
  }

  @Test
  void aFileThatIsNotThereOrHoldsNoRequestsIsOneLine() throws Exception {
    write("a.txt", "x");
    Files.createDirectory(folder.resolve("empty"));

    assertThat(run("validate", "nowhere.json").err())
        .isEqualTo("validate: there is no file or folder " + folder.resolve("nowhere.json"));
    assertThat(run("validate", "a.txt").err())
        .isEqualTo("validate: " + folder.resolve("a.txt") + " is no .json, .jsonl or .csv file");
    assertThat(run("validate", "empty").status()).isEqualTo(1);
  }

  @Test
  void theSchemaOfAModelIsPrinted() throws Exception {
    JsonNode schema = JSON.readTree(run("schema", "kling-3.0-turbo").out());

    assertThat(schema.at("/properties/model/const").asText()).isEqualTo("kling-3.0-turbo");
    assertThat(JSON.readTree(run("schema", "--json", "kling-3.0-turbo").out())).isEqualTo(schema);
    CommandFixture.Ended unknown = run("schema", "kling");
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no model kling: ", "kling-video-o-3");
  }

  @Test
  void theModelsAreListedWithTheirLimits() throws Exception {
    assertThat(run("models").lines())
        .contains("kling-3.0-turbo", "kling-video-o-3", "  parameters.duration: 3..15");
    assertThat(JSON.readTree(run("models", "--json").out()).at("/items/0/id").asText())
        .startsWith("kling");
  }

  @Test
  void aQuoteIsOneDocumentToo() throws Exception {
    write("a.jsonl", GOOD + "\n" + BAD + "\n");

    CommandFixture.Ended ended = run("quote", "--json", "a.jsonl");

    assertThat(ended.status()).isEqualTo(1);
    JsonNode document = JSON.readTree(ended.out());
    assertThat(document.at("/all/sums/0/amount").asText()).isEqualTo("1.196");
    assertThat(document.at("/files/0/rejected").asInt()).isEqualTo(1);
    assertThat(document.at("/files/0/problems/0/request").asInt()).isEqualTo(2);
  }

  @Test
  void aProofIsOneDocumentToo() throws Exception {
    CommandFixture.Ended ended =
        run("prove", "--kills", "0", "--points", "none", "--ambiguous", "0", "--json");

    assertThat(ended.status()).isZero();
    assertThat(ended.out()).isEqualTo("{\"proved\":true}\n");
    assertThat(ended.err()).isEqualTo("proved");
  }

  @Test
  void aKeyIsNeverInTheDocumentForItsFile() throws Exception {
    CommandFixture.Ended ended = run("key", "--json", "anna", "operator");

    JsonNode document = JSON.readTree(ended.out());
    String key = JSON.readTree(ended.err()).get("key").asText();
    assertThat(document.get("line").asText()).startsWith("anna operator sha256 ");
    assertThat(ended.out()).doesNotContain(key);
  }

  @Test
  void eachCommandSaysWhatItsExitStatusMeans() {
    for (String name : leaves(ProgramCommands.line(CommandContext.real()), "")) {
      CommandFixture.Ended help = run((name + " --help").split(" "));
      assertThat(help.status()).isZero();
      assertThat(help.out())
          .as(name)
          .startsWith("Usage: leonardo-routes " + name)
          .contains("Exit status:", "  0   ", "  1   ", "  2   ");
      boolean local = name.equals("start") || name.equals("generate-completion");
      assertThat(help.out().contains("--json")).as(name).isNotEqualTo(local);
      assertThat(help.out().contains("  3   ")).as(name).isEqualTo(help.out().contains("--url"));
    }
  }

  private static List<String> leaves(CommandLine line, String before) {
    List<String> leaves = new ArrayList<>();
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> under = leaves(command, before + name + " ");
              leaves.addAll(under.isEmpty() ? List.of(before + name) : under);
            });
    return leaves;
  }

  @Test
  void theListOfCommandsHasOneSentenceForEach() {
    assertThat(run("--help").lines())
        .filteredOn(line -> line.startsWith("  ") && !line.startsWith("  -"))
        .hasSameSizeAs(ProgramCommands.line(CommandContext.real()).getSubcommands().keySet())
        .allMatch(line -> line.endsWith("."));
  }

  @Test
  void aShellCompletesTheCommands() throws Exception {
    CommandFixture.Ended script = run("generate-completion");
    Path file = Files.writeString(folder.resolve("completion"), script.out());

    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                ". "
                    + file
                    + "; COMP_WORDS=(leonardo-routes res); COMP_CWORD=1; COMP_LINE='leonardo-routes"
                    + " res'; _complete_leonardo-routes; printf '%s ' \"${COMPREPLY[@]}\"")
            .redirectErrorStream(true)
            .start();
    String completed = new String(bash.getInputStream().readAllBytes());
    assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(completed).contains("resolve", "restored", "resume").doesNotContain("submit");
  }

  @Test
  void whatIsUnknownIsOneLineAndExitStatusTwo() {
    StringWriter said = new StringWriter();
    for (String arguments :
        new String[] {
          "validate",
          "schema",
          "submit",
          "submit a.json b.json",
          "jobs --state",
          "jobs --limit many",
          "job",
          "resolve maybe x",
          "resolve paid",
          "resolve paid x --all",
          "resolve unpaid x --account default",
          "pause",
          "pause everything",
          "pause account",
          "pause submitting main",
          "watch --every often",
          "redeliver",
          "deliveries",
          "fetch",
          "limits concurrent many",
          "status now",
          "doctor who",
          "jobs --key secret"
        }) {
      said.getBuffer().setLength(0);
      CommandLine line =
          ProgramCommands.line(CommandContext.real()).setErr(new PrintWriter(said, true));
      assertThat(line.execute(arguments.split(" "))).as(arguments).isEqualTo(2);
      assertThat(said.toString().lines())
          .as(arguments)
          .singleElement()
          .asString()
          .startsWith("leonardo-routes: ");
    }
  }
}
