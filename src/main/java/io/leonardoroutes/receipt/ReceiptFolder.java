package io.leonardoroutes.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Checks the receipts in a folder against each other and against the videos beside them. */
public final class ReceiptFolder {
  /** How the name of a receipt ends, after the name of its video without {@code .mp4}. */
  public static final String ENDING = ".receipt.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A receipt is a few kilobytes, and a request in it is bounded. */
  private static final long MOST_BYTES = 4 * 1024 * 1024;

  /**
   * The receipts of one sink.
   *
   * @param last number of the last one
   * @param sha256 of the last one: whoever notes it down can tell later whether some were cut off
   *     at the end
   */
  public record Chain(String sink, int receipts, long last, String sha256) {}

  /**
   * What was found.
   *
   * @param problems a line for each; empty if all is well
   */
  public record Report(List<Chain> chains, List<String> problems) {
    /** Copies the lists. */
    public Report {
      chains = List.copyOf(chains);
      problems = List.copyOf(problems);
    }
  }

  private record Receipt(String file, String hash, String previous) {}

  private final Path folder;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, TreeMap<Long, Receipt>> bySink = new TreeMap<>();

  private ReceiptFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads every receipt of the folder, but not those of folders below it, and every video beside
   * one.
   *
   * @throws IOException if the folder cannot be read
   */
  public static Report verify(Path folder) throws IOException {
    ReceiptFolder receipts = new ReceiptFolder(folder);
    receipts.read();
    List<Chain> chains = new ArrayList<>();
    receipts.bySink.forEach((sink, chain) -> chains.add(receipts.verify(sink, chain)));
    return new Report(chains, receipts.problems);
  }

  private void read() throws IOException {
    List<Path> sorted = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      files.forEach(sorted::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    sorted.sort(null);
    for (Path file : sorted) {
      try {
        read(file);
      } catch (IOException e) {
        problems.add("%s cannot be read: %s".formatted(file.getFileName(), e.getMessage()));
      }
    }
  }

  private void read(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_BYTES) {
      throw new IOException("it is no receipt");
    }
    byte[] bytes = Files.readAllBytes(file);
    JsonNode receipt = JSON.readTree(bytes);
    long number = receipt.path("number").asLong();
    if (number < 1 || !receipt.path("sink").isTextual()) {
      throw new IOException("it is no receipt");
    }
    Receipt read = new Receipt(name, ReceiptHash.of(bytes), receipt.path("previous").asText(null));
    String sink = receipt.get("sink").textValue();
    Receipt other = bySink.computeIfAbsent(sink, first -> new TreeMap<>()).put(number, read);
    if (other != null) {
      problems.add("%s and %s have the same number %s".formatted(other.file(), name, number));
    }
    checkVideo(name, receipt.path("video").path("sha256").asText());
  }

  /** By the name of the receipt: what is in it is not to be trusted with a path. */
  private void checkVideo(String receipt, String sha256) throws IOException {
    String name = receipt.substring(0, receipt.length() - ENDING.length()) + ".mp4";
    Path video = folder.resolve(name);
    if (!Files.isRegularFile(video, LinkOption.NOFOLLOW_LINKS)) {
      problems.add("%s: there is no %s beside it".formatted(receipt, name));
    } else if (!hash(video).equals(sha256)) {
      problems.add("%s: %s is not the video that was delivered".formatted(receipt, name));
    }
  }

  private static String hash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digested = new DigestInputStream(in, ReceiptHash.digest())) {
      digested.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digested.getMessageDigest().digest());
    }
  }

  private Chain verify(String sink, TreeMap<Long, Receipt> chain) {
    long expected = 1;
    Receipt before = null;
    for (Map.Entry<Long, Receipt> next : chain.entrySet()) {
      long number = next.getKey();
      Receipt receipt = next.getValue();
      if (number > expected) {
        problems.add(missing(sink, expected, number - 1));
      } else if (before != null && !before.hash().equals(receipt.previous())) {
        problems.add(
            "%s does not follow %s: one of them was changed"
                .formatted(receipt.file(), before.file()));
      }
      expected = number + 1;
      before = receipt;
    }
    return new Chain(sink, chain.size(), chain.lastKey(), chain.lastEntry().getValue().hash());
  }

  private static String missing(String sink, long first, long last) {
    return first == last
        ? "receipt %s of sink %s is missing".formatted(first, sink)
        : "receipts %s to %s of sink %s are missing".formatted(first, last, sink);
  }
}
