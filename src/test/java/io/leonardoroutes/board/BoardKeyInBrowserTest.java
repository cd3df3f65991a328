package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.Browser;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The board of a server that asks for keys, in a real Chromium. */
class BoardKeyInBrowserTest {
  @TempDir static Path folder;
  private static Browser browser;
  private static BoardStory story;
  private static String key;

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.open();
    ApiKeys.Made made = ApiKeys.make(new Caller("ops", true));
    key = made.key();
    Path keys = Files.write(folder.resolve("keys"), List.of(made.line()));
    story =
        BoardStory.open(
            folder, "leonardo.rest.auth", "api-key", "leonardo.rest.keys", keys.toString());
  }

  @AfterAll
  static void close() throws Exception {
    if (story != null) {
      story.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  /** By the ledger, as callers need a key here. */
  private static void until(String id, String state) {
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                LedgerRows.of(story.flow.app(), "SELECT state FROM job WHERE id = '" + id + "'")
                    .equals(List.of(Map.of("state", state))));
  }

  @Test
  void theKeyOpensTheBoardAndStaysInTheTab() throws Exception {
    String done = story.flow.accept(BoardStory.request("kept", "a", ",\"duration\":3"));
    until(done, "COMPLETE");
    String waits = story.flow.accept(BoardStory.request("waits", "a", ",\"duration\":15"));
    browser.as(1280, 900, false).go(story.board() + "/jobs/" + done);

    browser.see("#key input").sendKeys("wrong");
    browser.see("#key button").click();
    browser.shows("This key is not known here.");
    assertThat(browser.inaccessible()).isEmpty();
    browser.picture("key-1280");
    browser.see("#key input").clear();
    browser.see("#key input").sendKeys(key);
    browser.see("#key button").click();

    browser.see("h1.name");
    browser.see("button[data-video]").click();
    await()
        .atMost(Patience.LONG)
        .until(() -> (Boolean) browser.run("return document.querySelector('video')?.duration > 1"));
    assertThat(browser.run("return document.querySelector('video').src"))
        .asString()
        .startsWith("blob:");
    assertThat(browser.run("return document.cookie")).isEqualTo("");
    assertThat(browser.run("return localStorage.length")).isEqualTo(0L);

    browser.named("Jobs").click();
    browser.see("#job-" + waits + " a").click();
    browser.named("Cancel").click();
    browser.named("Cancel the job").click();
    browser.shows("Cancelled.");
    until(waits, "CANCELLED");
    assertThat(browser.driver().getCurrentUrl()).endsWith(waits);
    browser.driver().navigate().back();
    browser.see("#job-" + waits + " .s-CANCELLED");
    browser.driver().navigate().refresh();
    browser.see("#job-" + waits);
    browser.see("form.filter input[name=q]").sendKeys("kept");
    browser.see("form.filter button").click();
    await().atMost(Patience.LONG).until(() -> !browser.has("#job-" + waits));

    browser.named("Forget key").click();
    browser.see("#key");
    assertThat(browser.run("return sessionStorage.length")).isEqualTo(0L);
    assertThat(browser.driver().getPageSource()).doesNotContain(done);
  }
}
