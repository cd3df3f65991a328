package io.leonardoroutes.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Browser;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
          assertThat(browser.inaccessible()).as(name).isEmpty();
          assertThat((Boolean) browser.run("return document.body.scrollWidth <= innerWidth"))
              .as("%s does not scroll sideways", name)
              .isTrue();
        }
      }
    }
  }
}
