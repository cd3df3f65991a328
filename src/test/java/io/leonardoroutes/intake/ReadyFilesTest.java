package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.flow.LeonardoSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers that say nothing of when they are done, looked at every half second. */
class ReadyFilesTest {
  private static final FileTime YESTERDAY = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
  private static final String WHOLE = InboxFixture.request("The koala");

  @TempDir Path folder;
  private final AtomicLong elapsed = new AtomicLong(-5);
  private ReadyFiles ready;
  private Path file;

  @BeforeEach
  void make() {
    file = folder.resolve("koala.json");
    ready =
        new ReadyFiles(
            new LeonardoSettings.Intakes(
                true, false, folder, Duration.ofSeconds(1), Duration.ofSeconds(10), 262_144),
            elapsed::get);
  }

  /** As SMB does it: the time is that of the original, whatever is written. */
  private void write(String text) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, YESTERDAY);
  }

  /** Seconds until it is ready, by looks every half second. */
  private double readyAfter() throws IOException {
    for (int looks = 0; looks < 100; looks++) {
      if (ready.isReady(file)) {
        return looks / 2.0;
      }
      elapsed.addAndGet(Duration.ofMillis(500).toNanos());
    }
    return -1;
  }

  private void look(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      assertThat(ready.isReady(file)).isFalse();
      elapsed.addAndGet(Duration.ofMillis(500).toNanos());
    }
  }

  @Test
  void aWholeFileIsReadyOnceItWasTheSameForTheTimeToSettle() throws IOException {
    write(WHOLE);
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void anEmptyFileWithAnOldTimeIsReadyOnceItIsFilledOrItsWriterHasGivenUp() throws IOException {
    write("");
    look(6);
    write(WHOLE);
    assertThat(readyAfter()).isEqualTo(1);

    Files.delete(file);
    write("");
    assertThat(readyAfter()).isEqualTo(10);
  }

  @Test
  void aFileThatGrowsOrShrinksWithAnOldTimeIsNotReady() throws IOException {
    write(WHOLE + " ".repeat(9));
    for (int i = 0; i < 9; i++) {
      look(2);
      write(WHOLE + " ".repeat(8 - i));
    }
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void aFileOfItsFullSizeThatIsFilledWithItsOldTimeIsNotReady() throws IOException {
    write("\0".repeat(WHOLE.length()));
    look(4);
    write(WHOLE.replace("koala", "kiwi!"));
    look(2);
    write(WHOLE);
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void aFileThatIsRenamedOverAnotherOfItsSizeAndTimeIsLookedAtAnew() throws IOException {
    write(WHOLE);
    look(2);
    Path other = Files.writeString(folder.resolve("other"), WHOLE.replace("koala", "kiwi!"));
    Files.setLastModifiedTime(other, YESTERDAY);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void aHardLinkedFileIsReadyToo() throws IOException {
    write(WHOLE);
    look(1);
    Files.createLink(folder.resolve("copy"), file);
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void aTimeThatIsAheadSaysNothing() throws IOException {
    Files.writeString(file, WHOLE);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void aFileThatIsTooLongNeedsNoEnd() throws IOException {
    write("x".repeat(262_145));
    assertThat(readyAfter()).isEqualTo(1);
  }

  @Test
  void aFileThatWasGoneForAWhileIsLookedAtAnew() throws IOException {
    write(WHOLE);
    look(2);
    Files.delete(file);
    elapsed.addAndGet(Duration.ofMinutes(2).toNanos());
    write(WHOLE);
    assertThat(readyAfter()).isEqualTo(1);
  }
}
