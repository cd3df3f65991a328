package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Browser;
import io.leonardoroutes.fixture.Patience;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The board in a real Chromium. */
class BoardInBrowserTest {
  @TempDir static Path folder;
  private static Browser browser;
  private static BoardStory story;

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.open();
    story = BoardStory.open(folder).fill().spend();
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

  private static Map<String, String> pages() {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("overview", "");
    pages.put("jobs", "/jobs");
    pages.put("job", "/jobs/" + story.complete);
    pages.put("failed", "/jobs/" + story.failed);
    pages.put("doubt", "/jobs/" + story.doubtful);
    pages.put("doubts", "/doubts");
    pages.put("sinks", "/sinks");
    pages.put("problem", "/jobs/none");
    return pages;
  }

  @Test
  void everyPageReadsWellAtEveryWidthInBothColours() throws Exception {
    for (int width : new int[] {400, 1280, 3840}) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.as(width, width == 3840 ? 2160 : width == 400 ? 860 : 900, dark);
        for (Map.Entry<String, String> page : pages().entrySet()) {
          String name = page.getKey() + "-" + width + (dark ? "-dark" : "");
          browser.go(story.board() + page.getValue()).see("h1");
          if (page.getKey().equals("job")) {
            browser.see("video");
          }
          browser.picture(name);
          // Most of the time goes here: both colours at one width, and one at the narrow one.
          if (width == 1280 || (width == 400 && dark)) {
            assertThat(browser.inaccessible()).as(name).isEmpty();
          }
          assertThat((Boolean) browser.run("return document.body.scrollWidth <= innerWidth"))
              .as("%s does not scroll sideways", name)
              .isTrue();
        }
      }
    }
  }

  private static void open(String path) {
    browser.as(1280, 900, false).go(story.board() + path).see("h1");
  }

  private static String state(String id) {
    return story.flow.state(id);
  }

  @Test
  void aButtonAsksBackInADialogAndCanBeLeft() throws Exception {
    String id = story.accept(BoardStory.request("left", "a", ",\"duration\":15"));
    open("/jobs/" + id);

    browser.named("Cancel").sendKeys(Keys.ENTER);
    browser.see("dialog[open]");
    browser.shows("What it costs: Nothing.");
    browser.picture("ask-1280");
    assertThat(browser.inaccessible()).isEmpty();
    browser.named("Leave it").click();
    assertThat(browser.has("dialog")).isFalse();
    assertThat(browser.run("return document.activeElement.textContent"))
        .asString()
        .contains("Cancel");
    browser.named("Cancel").sendKeys(Keys.ENTER);
    browser.see("dialog[open]").sendKeys(Keys.ESCAPE);
    assertThat(state(id)).isEqualTo("ACCEPTED");

    browser.named("Cancel").click();
    browser.named("Cancel the job").click();
    browser.shows("Cancelled.");
    assertThat(state(id)).isEqualTo("CANCELLED");
    assertThat(browser.driver().getCurrentUrl()).endsWith(id);
  }

  @Test
  void everyButtonOfAJobDoesWhatItSays() throws Exception {
    String approved = story.accept(BoardStory.request("yes", "a", ",\"duration\":14"));
    String rejected = story.accept(BoardStory.request("no", "a", ",\"duration\":14"));
    press(approved, "Approve", "Approve", "Approved: it is submitted in its turn.");
    press(rejected, "Reject", "Reject", "Rejected: it is cancelled.");
    story.flow.until(approved, "COMPLETE");
    assertThat(state(rejected)).isEqualTo("CANCELLED");

    String paid = story.doubt("paid");
    String unpaid = story.doubt("unpaid");
    String failed = story.doubt("failed");
    story.callsAreOver();
    open("/jobs/" + paid);
    browser.named("It was paid").click();
    browser.see("dialog input").sendKeys("gen-seen");
    browser.see("dialog button").click();
    browser.shows("It is followed to its video.");
    press(unpaid, "It was not paid", "It was not paid", "It is submitted again.");
    press(failed, "Give up", "Give it up", "Given up.");
    story.flow.until(paid, "COMPLETE");
    story.flow.until(unpaid, "COMPLETE");
    assertThat(state(failed)).isEqualTo("FAILED");

    open("/jobs/" + failed);
    browser.named("Retry").click();
    browser.see("dialog input[type=checkbox]").click();
    browser.see("dialog button").click();
    browser.shows("This is the new job.");
    assertThat(story.flow.job(id()).get("retryOf").asText()).isEqualTo(failed);
    story.flow.until(id(), "COMPLETE");
  }

  private static String id() {
    return browser.driver().getCurrentUrl().replaceAll(".*/", "");
  }

  private static void press(String id, String button, String confirm, String done) {
    open("/jobs/" + id);
    browser.named(button).click();
    browser.shows("What it costs");
    assertThat(browser.see("dialog button").getText()).isEqualTo(confirm);
    browser.see("dialog button").click();
    browser.shows(done);
  }

  @Test
  void pausesAndDeadDeliveriesAreHandledFromTheirPages() throws Exception {
    open("");
    browser.see("#pause-intake-jms a").click();
    browser.see("dialog input").sendKeys("the broker is moved");
    browser.see("dialog button").click();
    browser.shows("the broker is moved");
    assertThat(story.rest.get("/pauses").body()).contains("the broker is moved");
    browser.picture("paused-1280");
    browser.see("#pause-intake-jms a").click();
    browser.shows("What it costs");
    browser.see("dialog button").click();
    browser.shows("It goes on.");
    assertThat(story.rest.get("/pauses").body()).doesNotContain("moved");

    browser.see("#limit-accounts-default-concurrent a").click();
    browser.see("dialog input[name=value]").sendKeys("9");
    browser.see("dialog button").click();
    browser.shows("The new limit holds, on all instances.");
    assertThat(story.rest.get("/limits").body()).contains("\"ledger\":9");

    story.dead("erp");
    open("/sinks");
    browser.named("erp").click();
    browser.see("h1.name");
    browser.picture("sink-1280");
    assertThat(browser.inaccessible()).isEmpty();
    browser.named("Redeliver all dead").click();
    browser.shows("What it costs: Nothing at the provider.");
    browser.see("dialog button").click();
    browser.shows("It is sent to the sink again.");
  }

  @Test
  void aListFollowsWhatHappensAndKeepsTheFocus() throws Exception {
    open("/jobs");
    String row = "#job-" + story.complete;
    browser.run("document.querySelector('" + row + " a').focus()");

    String id = story.accept(BoardStory.request("later", "a", ",\"duration\":15"));

    browser.see("#job-" + id);
    assertThat(browser.run("return document.activeElement.closest('tr').id"))
        .isEqualTo("job-" + story.complete);
    story.rest.send("DELETE", "/generations/" + id, "");
    browser.see("#job-" + id + " .s-CANCELLED");
  }

  @Test
  void markupFromOutsideStaysText() throws Exception {
    for (String page : pages().values()) {
      open(page);
      assertThat(browser.has("img[src=x], a[href^=javascript]")).as(page).isFalse();
    }
    open("/jobs/" + story.complete);
    browser.shows(BoardStory.MARKUP);
    open("/jobs?q=" + "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E");
    assertThat(browser.has("img")).isFalse();
    assertThat(browser.errors().stream().filter(line -> line.contains("Content Security")))
        .isEmpty();
  }

  @Test
  void theVideoPlaysFromOurOwnCopy() throws Exception {
    open("/jobs/" + story.complete);
    browser.see("video");

    browser.run("const v = document.querySelector('video'); v.muted = true; v.play()");

    await()
        .atMost(Patience.LONG)
        .until(
            () -> (Boolean) browser.run("return document.querySelector('video').currentTime > 0"));
    assertThat(browser.run("return document.querySelector('video').currentSrc"))
        .asString()
        .startsWith(story.flow.app().rest());
  }

  @Test
  void everythingCanBeReachedByKeyboard() throws Exception {
    open("/jobs");
    browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    assertThat(browser.run("return document.activeElement.className")).isEqualTo("skip");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
    for (int i = 0; i < 6; i++) {
      browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    }
    assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("Show");
  }

  @Test
  void withoutScriptsPagesReadAndFormsWork() throws Exception {
    String id = story.accept(BoardStory.request("plain", "a", ",\"duration\":15"));
    browser.scripts(false);
    try {
      browser.as(1280, 900, false).go(story.board() + "/jobs?state=ACCEPTED");
      browser.named("plain-").click();
      browser.named("Cancel").click();
      browser.named("Cancel the job").click();
      browser.shows("Cancelled.");
    } finally {
      browser.scripts(true);
    }
    assertThat(state(id)).isEqualTo("CANCELLED");
  }
}
