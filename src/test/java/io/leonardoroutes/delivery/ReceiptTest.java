package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.receipt.ReceiptFolder;
import io.leonardoroutes.receipt.ReceiptFolder.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code leonardo.receipts}, each delivered video has a receipt beside it. */
class ReceiptTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private ScriptedProvider provider;
  private FlowFixture story;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    story = FlowFixture.in(folder, provider).with("leonardo.receipts", "true").start();
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
  }

  private String delivered() {
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> Files.exists(file(id, ".completed.json")));
    return id;
  }

  private Path file(String id, String ending) {
    return story.app().outbox().resolve("kling-3.0-turbo-" + id.substring(0, 8) + ending);
  }

  private JsonNode receipt(String id) throws IOException {
    return JSON.readTree(file(id, ".receipt.json").toFile());
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private Report verify() throws IOException {
    return ReceiptFolder.verify(story.app().outbox());
  }

  @Test
  void aReceiptSaysWhatWasAskedForWhatCameOfItAndThatAnAiMadeIt() throws Exception {
    String id = delivered();

    JsonNode job = story.job(id);
    JsonNode receipt = receipt(id);
    assertThat(receipt.fieldNames())
        .toIterable()
        .containsExactly(
            "sink",
            "number",
            "previous",
            "issuedAt",
            "job",
            "account",
            "model",
            "rulesSha256",
            "request",
            "requestSha256",
            "picturesSha256",
            "generationId",
            "cost",
            "acceptedAt",
            "submittedAt",
            "finishedAt",
            "video",
            "digitalSourceType");
    assertThat(receipt.path("number").asInt()).isEqualTo(1);
    assertThat(receipt.get("previous").isNull()).isTrue();
    for (String same : List.of("request", "generationId", "cost", "submittedAt", "finishedAt")) {
      assertThat(receipt.get(same)).as(same).isEqualTo(job.get(same));
    }
    assertThat(receipt.at("/video/file").asText())
        .isEqualTo(file(id, ".mp4").getFileName().toString());
    assertThat(receipt.at("/video/sha256").asText()).isEqualTo(sha256(file(id, ".mp4")));
    assertThat(receipt.path("digitalSourceType").asText())
        .isEqualTo("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
  }

  @Test
  void receiptsOfOneSinkAreNumberedAndEachHasTheHashOfTheOneBefore() throws Exception {
    Stream.generate(this::delivered).limit(3).toList();

    TreeMap<Integer, Path> byNumber = new TreeMap<>();
    try (Stream<Path> files = Files.list(story.app().outbox())) {
      for (Path file : files.filter(one -> one.toString().endsWith(".receipt.json")).toList()) {
        byNumber.put(JSON.readTree(file.toFile()).path("number").asInt(), file);
      }
    }
    assertThat(byNumber).containsOnlyKeys(1, 2, 3);
    for (int number : List.of(2, 3)) {
      assertThat(JSON.readTree(byNumber.get(number).toFile()).path("previous").asText())
          .isEqualTo(sha256(byNumber.get(number - 1)));
    }
    Report report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.chains())
        .containsExactly(new ReceiptFolder.Chain("outbox", 3, 3, sha256(byNumber.get(3))));
  }

  @Test
  void aReceiptThatIsMissingOrWasChangedShows() throws Exception {
    List<String> ids = Stream.generate(this::delivered).limit(4).toList();
    Path second = file(ids.get(1), ".receipt.json");
    String before = Files.readString(second);

    Files.writeString(second, before.replace("koala", "zebra"));
    assertThat(verify().problems())
        .containsExactly(
            "%s does not follow %s: one of them was changed"
                .formatted(file(ids.get(2), ".receipt.json").getFileName(), second.getFileName()));

    Files.delete(second);
    assertThat(verify().problems()).containsExactly("receipt 2 of sink outbox is missing");

    Files.delete(file(ids.get(0), ".receipt.json"));
    assertThat(verify().problems()).containsExactly("receipts 1 to 2 of sink outbox are missing");

    Files.writeString(second, before);
    Files.copy(second, second.resolveSibling("copy.receipt.json"));
    Files.writeString(second.resolveSibling("copy.mp4"), "another video");
    assertThat(verify().problems())
        .contains(
            "copy.receipt.json and %s have the same number 2".formatted(second.getFileName()),
            "copy.receipt.json: copy.mp4 is not the video that was delivered");
  }

  @Test
  void aVideoThatIsDeliveredAgainHasTheSameReceipt() throws Exception {
    String id = delivered();
    String first = Files.readString(file(id, ".receipt.json"));
    for (String ending : List.of(".receipt.json", ".completed.json", ".mp4")) {
      Files.delete(file(id, ending));
    }

    LedgerRows.change(story.app(), "UPDATE delivery SET state = 'PENDING', tries = 0");

    await().atMost(Patience.LONG).until(() -> Files.exists(file(id, ".completed.json")));
    assertThat(file(id, ".receipt.json")).hasContent(first);
    assertThat(verify().problems()).isEmpty();
  }
}
