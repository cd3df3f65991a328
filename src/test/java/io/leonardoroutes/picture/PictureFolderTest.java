package io.leonardoroutes.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leonardoroutes.fixture.Pictures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
  private static final int MOST = 1_000_000;

  @TempDir Path parent;
  private PictureFolder folder;

  @BeforeEach
  void open() {
    folder = new PictureFolder(parent.resolve("uploads"), MOST);
  }

  private PictureFolder.Draft read(byte[] bytes) throws Exception {
    return folder.read(new ByteArrayInputStream(bytes));
  }

  private Picture kept(byte[] bytes) throws Exception {
    try (PictureFolder.Draft draft = read(bytes)) {
      draft.keep();
      return draft.picture();
    }
  }

  private String code(byte[] bytes) {
    return catchThrowableOfType(PictureRejected.class, () -> read(bytes)).code();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.path())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void everyKindIsKnownByItsBytes() throws Exception {
    assertThat(kept(Pictures.png(30, 20)))
        .extracting(Picture::extension, Picture::width, Picture::height)
        .containsExactly("png", 30, 20);
    assertThat(kept(Pictures.jpg(30, 20)))
        .extracting(Picture::extension, Picture::width, Picture::height)
        .containsExactly("jpg", 30, 20);
    assertThat(kept(Pictures.webp(3000, 200)))
        .extracting(Picture::extension, Picture::width, Picture::height)
        .containsExactly("webp", 3000, 200);
  }

  @Test
  void theSameContentIsOneFile() throws Exception {
    Picture first = kept(Pictures.png(30, 20));

    assertThat(kept(Pictures.png(30, 20))).isEqualTo(first);

    assertThat(files()).containsExactly(first.sha256() + ".png");
    assertThat(folder.find(first))
        .get()
        .satisfies(file -> assertThat(file).hasBinaryContent(Pictures.png(30, 20)));
  }

  @Test
  void whatIsNotKeptLeavesNothing() throws Exception {
    read(Pictures.png(30, 20)).close();
    code(Pictures.animatedPng());

    assertThat(files()).isEmpty();
  }

  @Test
  void whatCannotBeUsedIsSaid() {
    byte[] png = Pictures.png(200, 200);
    byte[] jpg = Pictures.jpg(200, 200);
    byte[] webp = Pictures.webp(20, 20);
    byte[] broken = Pictures.png(20, 20);
    Arrays.fill(broken, 60, broken.length - 40, (byte) 7);

    assertThat(code(new byte[0])).isEqualTo("truncated");
    assertThat(code("GIF89a and more of it".getBytes())).isEqualTo("not-a-picture");
    assertThat(code(Arrays.copyOf(png, png.length - 1))).isEqualTo("truncated");
    assertThat(code(Arrays.copyOf(jpg, jpg.length / 2))).isEqualTo("truncated");
    assertThat(code(Arrays.copyOf(webp, webp.length - 1))).isEqualTo("truncated");
    assertThat(code(broken)).isEqualTo("undecodable");
    assertThat(code(Pictures.animatedPng())).isEqualTo("animated");
    assertThat(code(Pictures.animatedWebp())).isEqualTo("animated");
    assertThat(code(Pictures.pngDeclaring(60_000, 60_000))).isEqualTo("too-many-pixels");
    assertThat(code(Pictures.pngDeclaring(16_000, 16_000))).isEqualTo("too-many-pixels");
    assertThat(code(Arrays.copyOf(png, MOST + 1))).isEqualTo("too-large");
  }

  @Test
  void aSourceThatFailsSaysNothingAboutThePicture() throws Exception {
    InputStream fails =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the disk");
          }
        };

    assertThatThrownBy(() -> folder.read(fails)).isInstanceOf(IOException.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void onlyOldPicturesThatNobodyNeedsAreSwept() throws Exception {
    Picture needed = kept(Pictures.png(30, 20, 1));
    Picture other = kept(Pictures.png(30, 20, 2));

    folder.sweep(Instant.now().minusSeconds(60), hash -> false);
    assertThat(files()).hasSize(2);

    folder.sweep(Instant.now().plusSeconds(60), needed.sha256()::equals);
    assertThat(files()).containsExactly(needed.fileName());
    assertThat(folder.find(other)).isEmpty();
  }
}
