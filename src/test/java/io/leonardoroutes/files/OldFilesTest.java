package io.leonardoroutes.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files of a folder are deleted for their age. */
class OldFilesTest {
  @TempDir Path data;
  private Path folder;

  @BeforeEach
  void make() throws Exception {
    folder = data.resolve(".accepted");
    OthersAccess.createPrivateFolder(folder);
    Files.createDirectory(folder.resolve("sub"));
    for (String name : new String[] {"a.json", "b.json", "c.csv"}) {
      Files.writeString(folder.resolve(name), "x");
    }
  }

  @Test
  void onlyWhatIsWantedAndOldIsDeletedAndNoFolder() throws Exception {
    Instant now = Instant.now();
    assertThat(OldFiles.delete(folder, name -> true, now.minus(Duration.ofHours(1)))).isZero();

    Instant later = now.plus(Duration.ofHours(1));
    assertThat(OldFiles.delete(folder, name -> name.endsWith(".json"), later)).isEqualTo(2);
    assertThat(folder.resolve("c.csv")).exists();
    assertThat(OldFiles.delete(folder, name -> true, later)).isEqualTo(1);
    assertThat(folder.resolve("sub")).exists();
  }

  @Test
  void aFolderThatIsNotThereOrALinkIsLeftAlone() throws Exception {
    Instant later = Instant.now().plus(Duration.ofHours(1));
    Path link = Files.createSymbolicLink(data.resolve("link"), folder);

    assertThat(OldFiles.delete(data.resolve("none"), name -> true, later)).isZero();
    assertThat(OldFiles.delete(link, name -> true, later)).isZero();
    assertThat(folder.resolve("a.json")).exists();
  }
}
