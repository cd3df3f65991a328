package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptCommandTest {
  @TempDir Path folder;

  private CommandFixture.Ended verify(String... options) {
    return CommandFixture.with(Map.of(), folder)
        .run(options.length == 0 ? new String[] {"receipt", "verify", "."} : options);
  }

  private String receipt(String name, int number, String previous) throws Exception {
    Files.writeString(folder.resolve(name + ".mp4"), name);
    String text =
        "{\"sink\": \"outbox\", \"number\": %s, \"previous\": %s, \"video\": {\"sha256\": \"%s\"}}"
            .formatted(number, previous == null ? null : '"' + previous + '"', sha256(name));
    Files.writeString(folder.resolve(name + ".receipt.json"), text);
    return sha256(text);
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aWholeChainIsNamedWithItsLastReceipt() throws Exception {
    String last = receipt("b", 2, receipt("a", 1, null));

    CommandFixture.Ended ended = verify();
    assertThat(ended.status()).isZero();
    assertThat(ended.lines())
        .containsExactly("2 receipts of sink outbox; the last is number 2 with SHA-256 " + last);
    assertThat(verify("receipt", "verify", ".", "--json").out())
        .isEqualToIgnoringNewLines(
            "{\"chains\":[{\"sink\":\"outbox\",\"receipts\":2,\"last\":2,\"sha256\":\"%s\"}],\"problems\":[]}"
                .formatted(last));
  }

  @Test
  void whatIsWrongIsALineEachAndTheExitStatusIs1() throws Exception {
    receipt("a", 1, null);
    receipt("d", 4, "nothing");
    Files.delete(folder.resolve("d.mp4"));
    Files.writeString(folder.resolve("e.receipt.json"), "[]");
    Files.writeString(folder.resolve("f.receipt.json"), "{");

    CommandFixture.Ended ended = verify();
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.lines().subList(0, 2))
        .containsExactly(
            "d.receipt.json: there is no d.mp4 beside it",
            "e.receipt.json cannot be read: it is no receipt");
    assertThat(ended.lines().get(2)).startsWith("f.receipt.json cannot be read: ");
    assertThat(ended.lines()).contains("receipts 2 to 3 of sink outbox are missing");
  }

  @Test
  void aFolderWithoutReceiptsProvesNothing() throws IOException {
    CommandFixture.Ended ended = verify();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).startsWith("there are no receipts in ");
    assertThat(verify("receipt", "verify", "missing").status()).isEqualTo(1);
    assertThat(verify("receipt").status()).isEqualTo(2);
  }
}
