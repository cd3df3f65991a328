package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramProcessTest {

  @Test
  void theProvedProgramSeesNothingOfTheOperatorsOwnSettings() {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "LEONARDO_API_KEY", "paid",
                "leonardo.base-url", "https://cloud.leonardo.ai/api/rest",
                "CAMEL_MAIN_NAME", "x",
                "JAVA_TOOL_OPTIONS", "-Dleonardo.api-key=paid",
                "JDK_JAVA_OPTIONS", "-Dleonardo.api-key=paid",
                "_JAVA_OPTIONS", "-Dleonardo.api-key=paid",
                "PATH", "/bin"));

    ProgramProcess.withoutSettings(environment);

    assertThat(environment).isEqualTo(Map.of("PATH", "/bin"));
  }
}
