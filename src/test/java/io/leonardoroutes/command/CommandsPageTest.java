package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the page of the commands says is so. */
class CommandsPageTest {
  private final String page = Files.readString(Path.of("src/site/markdown/commands.md"));
  private final Map<String, CommandLine> commands =
      ProgramCommands.line(CommandContext.real()).getSubcommands();

  CommandsPageTest() throws IOException {}

  private static List<MatchResult> rows(String page, String pattern) {
    return Pattern.compile(pattern, Pattern.MULTILINE).matcher(page).results().toList();
  }

  @Test
  void itsTableHasEveryCommandAndSaysWhichAskTheRunningProgram() {
    Map<String, Boolean> told = new LinkedHashMap<>();
    rows(page, "^\\| `([a-z-]+)[^`]*` \\| [^|]+ \\|( [^|]+)? \\|$")
        .forEach(row -> told.put(row.group(1), " the running program".equals(row.group(2))));
    Map<String, Boolean> are = new LinkedHashMap<>();
    commands.forEach(
        (name, command) -> are.put(name, command.getCommandSpec().findOption("--url") != null));

    assertThat(new ArrayList<>(told.entrySet())).isEqualTo(new ArrayList<>(are.entrySet()));
  }

  @Test
  void itsExitStatusesAreThoseOfTheHelp() {
    Map<String, String> told = new LinkedHashMap<>();
    rows(page, "^\\| (\\d) \\| (.+) \\|$").forEach(row -> told.put(row.group(1), row.group(2)));

    assertThat(told).isEqualTo(commands.get("jobs").getCommandSpec().usageMessage().exitCodeList());
  }

  @Test
  void everyOptionThatItNamesIsOneOfACommand() {
    for (MatchResult option : rows(page, "`(--[a-z-]+)")) {
      assertThat(commands.values())
          .as(option.group(1))
          .anyMatch(command -> command.getCommandSpec().findOption(option.group(1)) != null);
    }
  }
}
