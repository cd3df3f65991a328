package io.leonardoroutes.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboxFileNameTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          order-7            | order-7
          Order 7, part_2.b  | Order7part_2.b
          ../../etc/passwd   | etcpasswd
          ..\\..\\x          | x
          .hidden            | hidden
          a..b               | a..b
          Grüße              | Gre
          /                  | kling-3.0-turbo
          ...                | kling-3.0-turbo
          ''                 | kling-3.0-turbo
                             | kling-3.0-turbo
          """)
  void aReferenceBecomesANameThatEveryFileSystemTakes(String reference, String name) {
    assertThat(OutboxFileName.of(reference, "kling-3.0-turbo")).isEqualTo(name);
  }

  @Test
  void aNameHasAtMostEightyCharacters() {
    assertThat(OutboxFileName.of("x".repeat(200), "m")).isEqualTo("x".repeat(80));
  }

  @Test
  void aModelIdWithASlashIsReducedToo() {
    assertThat(OutboxFileName.of(null, "maker/model-1")).isEqualTo("makermodel-1");
  }

  @ParameterizedTest
  @CsvSource({"koala.json, koala", "koala.JSON, koala", "koala.json.json, koala.json", ".json, m"})
  void aDroppedFileGivesItsNameWithoutTheEnding(String file, String name) {
    assertThat(OutboxFileName.ofDropped(file, "m")).isEqualTo(name);
  }
}
