package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README and the pages that it leads to show is so. */
class ReadmeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CONFIG = Path.of("config/application.properties");
  private static final Path PAGES = Path.of("src/site/markdown");
  private static final int LONGEST = 200;

  private final String readme = Files.readString(Path.of("README.md"));
  private final String pages = readme + linked();

  @TempDir Path folder;

  ReadmeTest() throws IOException {}

  /** The pages that it leads to. */
  private String linked() throws IOException {
    StringBuilder text = new StringBuilder();
    for (MatchResult link :
        Pattern.compile("\\]\\((src/site/[^)]+)\\)").matcher(readme).results().toList()) {
      text.append(Files.readString(Path.of(link.group(1))));
    }
    return text.toString();
  }

  private static String page(String name) throws IOException {
    return Files.readString(PAGES.resolve(name));
  }

  private static List<Path> texts() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      return Stream.concat(Stream.of(Path.of("README.md")), files.sorted()).toList();
    }
  }

  private static Properties config() throws IOException {
    Properties config = new Properties();
    try (var in = Files.newBufferedReader(CONFIG)) {
      config.load(in);
    }
    return config;
  }

  private static Map<String, String> defaults(String text) {
    Map<String, String> told = new TreeMap<>();
    Pattern.compile(
            "^\\| `(leonardo\\.[^`]+)` \\| (?:`([^`]+)`|none) \\|(?: [^|]+ \\|)?$",
            Pattern.MULTILINE)
        .matcher(text)
        .results()
        .forEach(row -> told.put(row.group(1), row.group(2) == null ? "" : row.group(2)));
    return told;
  }

  @Test
  void theReadmeIsShortAndLeadsToEveryPage() throws IOException {
    assertThat(readme.lines().count()).isLessThan(LONGEST);
    for (Path page : texts()) {
      assertThat(readme).contains(page.startsWith(PAGES) ? "](" + page + ")" : "# leonardo-routes");
    }
  }

  @Test
  void everyLinkLeadsToAFileAndAHeadingThatAreThere() throws IOException {
    for (Path text : texts()) {
      for (MatchResult link :
          Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]+))?\\)")
              .matcher(Files.readString(text))
              .results()
              .toList()) {
        Path target = link.group(1).isEmpty() ? text : text.resolveSibling(link.group(1));
        assertThat(target.normalize()).as(text + ": " + link.group()).exists();
        if (link.group(2) != null) {
          assertThat(headings(target)).as(text + ": " + link.group()).contains(link.group(2));
        }
      }
    }
  }

  private static List<String> headings(Path text) throws IOException {
    return Files.readString(text)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
        .toList();
  }

  @Test
  void everyPortThatIsOpenedIsInTheReadme() throws IOException {
    config()
        .forEach(
            (key, value) -> {
              if (key.toString().endsWith(".port")) {
                assertThat(readme.lines())
                    .anyMatch(
                        row ->
                            row.startsWith("| " + value + " |") && row.contains("`" + key + "`"));
              }
            });
  }

  @Test
  void theSettingsTableHasEveryKeyWithItsDefault() throws IOException {
    assertThat(defaults(page("settings.md"))).isEqualTo(new TreeMap<>(config()));
    assertThat(defaults(pages)).isEqualTo(new TreeMap<>(config()));
    assertThat(new TreeMap<Object, Object>(config())).containsAllEntriesOf(defaults(readme));
    assertThat(defaults(readme)).isNotEmpty();
  }

  @Test
  void everyKeyThatIsNamedExists() throws IOException {
    String config = Files.readString(CONFIG);
    List<String> named =
        Pattern.compile("`(leonardo\\.[a-z.-]+)`")
            .matcher(pages)
            .results()
            .map(result -> result.group(1))
            .filter(key -> !key.startsWith("leonardo.requests") && !key.equals("leonardo.dead"))
            .toList();

    assertThat(named).allSatisfy(key -> assertThat(config).contains("\n" + key + "="));
  }

  @Test
  void theTwoCommandsAreThereAndTheChecksAreWhatTheBuildServerRuns() throws IOException {
    assertThat(blocks("sh"))
        .contains(
            "mvn -q -DskipTests package && java -Dleonardo.sandbox=true -jar"
                + " target/leonardo-routes.jar\n",
            "mvn -B verify\n");
    assertThat(Files.readString(Path.of(".ci/run"))).contains("mvn -B verify");
  }

  @Test
  void everyRouteFileThatIsNamedExists() throws IOException {
    String flow = page("flow.md");
    String shipped;
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      shipped = files.map(file -> file.getFileName().toString()).collect(Collectors.joining(" "));
    }
    List<String> named =
        Pattern.compile("([a-z-]+)\\.camel\\.yaml")
            .matcher(readme + flow + page("extending.md"))
            .results()
            .map(MatchResult::group)
            .filter(name -> !name.startsWith("-"))
            .toList();

    assertThat(named).isNotEmpty().allSatisfy(name -> assertThat(shipped).contains(name));
    assertThat(shipped.replace(".camel.yaml", "").split(" "))
        .allSatisfy(name -> assertThat(flow).contains("`" + name + "`"));
  }

  @Test
  void theTableOfBeansHasEveryBeanThatARouteFileNames() throws IOException {
    Map<String, Set<String>> used = new TreeMap<>();
    try (Stream<Path> routes = Files.list(Path.of("routes"));
        Stream<Path> kamelets = Files.list(Path.of("src/main/resources/kamelets"))) {
      for (Path file : Stream.concat(routes, kamelets).toList()) {
        String name =
            "`" + file.getFileName().toString().replaceFirst("\\.(camel|kamelet)\\.yaml", "`");
        Pattern.compile("(?:(?:[rR]ef|Mapper): |\"#)(leonardo[A-Z]\\w*)")
            .matcher(Files.readString(file))
            .results()
            .forEach(
                bean -> used.computeIfAbsent(bean.group(1), first -> new TreeSet<>()).add(name));
      }
    }
    Map<String, Set<String>> told = new TreeMap<>();
    Pattern.compile("^\\| `(leonardo\\w+)` \\| `[\\w.]+` \\| (.+) \\|$", Pattern.MULTILINE)
        .matcher(page("flow.md"))
        .results()
        .forEach(row -> told.put(row.group(1), Set.of(row.group(2).split(", "))));

    assertThat(told).isEqualTo(used);
  }

  @Test
  void theShownRequestBecomesTheShownFilesAndTheRefusedOneTheShownProblem() throws Exception {
    List<String> shown = blocks("json");
    try (ScriptedProvider provider = ScriptedProvider.start();
        App app =
            App.in(folder)
                .at(provider)
                .with("leonardo.file.enabled", "true")
                .with("leonardo.rest.enabled", "true")
                .start()) {
      Files.writeString(app.inbox().resolve("koala.json"), shown.get(0));
      HttpResponse<String> refused = post(app, shown.get(1));

      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(JSON.readTree(refused.body())).isEqualTo(JSON.readTree(shown.get(2)));
      await().until(() -> names(app.outbox()).size() == 3);
      JsonNode page = JSON.readTree(get(app, "/generations?limit=10").body());
      String id = page.at("/items/0/id").asText().substring(0, 8);
      assertThat(names(app.outbox()))
          .containsExactlyInAnyOrder(
              "koala-" + id + ".submitted.json",
              "koala-" + id + ".completed.json",
              "koala-" + id + ".mp4");
      assertThat(app.inbox().resolve(".accepted/koala.json")).exists();
      assertThat(post(app, shown.get(0)).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> post(App app, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(app.rest() + "/generations"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> get(App app, String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(app.rest() + path)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<String> names(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(place)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .toList();
    }
  }

  private List<String> blocks(String language) {
    return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
        .matcher(readme)
        .results()
        .map(result -> result.group(1))
        .toList();
  }
}
