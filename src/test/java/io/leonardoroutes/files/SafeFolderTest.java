package io.leonardoroutes.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that somebody else may write in too, as an attacker. */
class SafeFolderTest {
  @TempDir Path place;
  private Path folder;
  private Path elsewhere;

  @BeforeEach
  void make() throws IOException {
    folder = Files.createDirectory(place.resolve("outbox"));
    elsewhere = Files.createDirectory(place.resolve("elsewhere"));
  }

  private static void write(SafeFolder open, String name, String text) throws IOException {
    try (FileChannel out = open.create(name)) {
      out.write(ByteBuffer.wrap(text.getBytes()));
    }
  }

  private static List<String> names(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aSymbolicLinkIsNotAcceptedAsAFolder() throws IOException {
    Path link = Files.createSymbolicLink(place.resolve("link"), elsewhere);
    Path dangling = Files.createSymbolicLink(place.resolve("dangling"), place.resolve("nowhere"));

    for (Path bad : List.of(link, dangling)) {
      assertThatThrownBy(() -> SafeFolder.openOrCreate(bad, FolderPolicy.OWN))
          .isInstanceOf(UnsafeFolder.class)
          .hasMessage(bad + " is a link, and is not written in: put the folder itself there");
    }
    assertThat(place.resolve("nowhere")).doesNotExist();
  }

  @Test
  void aFolderOfAnotherUserIsOnlyWrittenInIfItsOwnerIsNamed() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can give a folder away");
    Files.setOwner(
        folder,
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

    assertThatThrownBy(() -> SafeFolder.open(folder, FolderPolicy.OWN))
        .isInstanceOf(UnsafeFolder.class)
        .hasMessage(
            folder
                + " belongs to nobody, and is not written in: give it to root, or name nobody in"
                + " leonardo.file.owners");
    assertThat(names(folder)).isEmpty();
    Set<String> owners = Set.of("nobody");
    SafeFolder.open(folder, new FolderPolicy(FolderPolicy.OWN.files(), owners)).close();
  }

  @Test
  void aLinkThatIsPutInItsPlaceWhileItIsOpenLeadsNowhere() throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      Path moved = Files.move(folder, place.resolve("moved"));
      Files.createSymbolicLink(folder, elsewhere);

      write(open, "one", "one");
      write(open, "two", "two");
      open.replace("two", "three");
      Files.writeString(elsewhere.resolve("one"), "mine");
      open.delete("one");

      assertThat(names(moved)).containsExactly("three");
      assertThat(elsewhere.resolve("one")).hasContent("mine");
    }
  }

  @Test
  void nothingIsWrittenThroughALinkOrOverAFile() throws IOException {
    Path target = Files.writeString(elsewhere.resolve("ledger.db"), "mine");
    Files.createSymbolicLink(folder.resolve("link"), target);
    Files.createSymbolicLink(folder.resolve("dangling"), elsewhere.resolve("new"));
    Files.createLink(folder.resolve("hard"), target);
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      write(open, "part", "ours");
      for (String taken : List.of("link", "dangling", "hard")) {
        assertThatThrownBy(() -> open.create(taken)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> open.publish("part", taken))
            .isInstanceOf(FileAlreadyExistsException.class);
      }
      assertThatThrownBy(() -> open.read("link")).isInstanceOf(IOException.class);

      open.publish("part", "free");
      write(open, "part", "ours");
      open.replace("part", "link");
    }

    assertThat(target).hasContent("mine");
    assertThat(folder.resolve("free")).hasContent("ours");
    assertThat(Files.isSymbolicLink(folder.resolve("link"))).isFalse();
    assertThat(names(elsewhere)).containsExactly("ledger.db");
    assertThat(names(folder)).containsExactly("dangling", "free", "hard", "link");
  }

  @Test
  void aNameThatLeavesTheFolderIsRejected() throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      for (String bad : List.of("../x", "/x", "..", "", "a/b")) {
        assertThatThrownBy(() -> open.create(bad)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void itsFilesAreForThoseThatThePolicySaysWhateverTheUmask() throws IOException {
    Path shared = place.resolve("new/shared");
    try (SafeFolder open = SafeFolder.openOrCreate(shared, FolderPolicy.of("rw-rw-r--"))) {
      write(open, "one", "one");
    }
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      write(open, "two", "two");
    }

    assertThat(mode(shared.resolve("one"))).isEqualTo("rw-rw-r--");
    assertThat(mode(shared)).isEqualTo("rwxrwxr-x");
    assertThat(mode(folder.resolve("two"))).isEqualTo("rw-------");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
