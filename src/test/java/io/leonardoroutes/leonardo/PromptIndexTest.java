package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class PromptIndexTest {
  @Property(tries = 2000)
  void whateverMayHaveTheSamePromptIsFoundOnce(
      @ForAll @Size(max = 30)
          List<@CharRange(from = 'a', to = 'b') @StringLength(max = 5) String> prompts,
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 5) String prompt) {
    List<VideoFingerprint> all = prompts.stream().map(PromptIndexTest::shown).toList();
    VideoFingerprint one = shown(prompt);

    assertThat(new PromptIndex<>(all, shown -> shown).alike(one))
        .containsExactlyInAnyOrderElementsOf(
            all.stream().filter(other -> mayBeAlike(one.letters(), other.letters())).toList());
  }

  @Example
  void equalPromptsAreFoundWhateverTheirSpacesAndMarkup() {
    VideoFingerprint narrow = shown("<" + "a ".repeat(49) + "a> cat");
    VideoFingerprint wide = shown("<" + "a  ".repeat(49) + "a>  cat");

    assertThat(wide.hasPromptOf(narrow)).isTrue();
    assertThat(new PromptIndex<>(List.of(narrow), shown -> shown).alike(wide)).hasSize(1);
  }

  private static boolean mayBeAlike(String one, String other) {
    return one.equals(other) || !one.isEmpty() && (one.startsWith(other) || other.startsWith(one));
  }

  private static VideoFingerprint shown(String prompt) {
    return new VideoFingerprint(prompt, 1280, 720, false);
  }
}
