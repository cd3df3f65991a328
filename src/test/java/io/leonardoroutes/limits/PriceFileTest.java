package io.leonardoroutes.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.job.Price;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceFileTest {
  private static final String HEADER = "model,seconds,size,audio,amount,unit,as of,source\n";
  private static final Set<String> MODELS =
      new TreeSet<>(Set.of("kling-2.6", "kling-3.0-turbo", "kling-video-o-3"));

  private static PriceTable read(String text) throws IOException {
    return PriceFile.read(new StringReader(text), MODELS);
  }

  private static Optional<Price> price(
      PriceTable table, String model, Integer seconds, String size, Boolean audio) {
    ObjectNode request = new ObjectMapper().createObjectNode().put("model", model);
    ObjectNode parameters = request.putObject("parameters").put("prompt", "A cat");
    if (seconds != null) {
      parameters.put("duration", seconds);
    }
    if (size != null) {
      parameters.put("width", Integer.valueOf(size.split("x")[0]));
      parameters.put("height", Integer.valueOf(size.split("x")[1]));
    }
    if (audio != null) {
      parameters.put("motion_has_audio", audio);
    }
    return table.price(request);
  }

  @ParameterizedTest
  @CsvSource({
    "kling-3.0-turbo, 3, 0.7176",
    "kling-3.0-turbo, 15, 3.588",
    "kling-video-o-3, 3, 1.0046",
    "kling-video-o-3, 10, 3.349",
    "kling-video-o-3, 15, 5.0232",
    "kling-2.6, 10, 1.806"
  })
  void theTableThatShipsHasWhatIsKnown(String model, int seconds, String amount)
      throws IOException {
    PriceTable table = read(Files.readString(Path.of("config", "prices.csv")));

    assertThat(price(table, model, seconds, "1920x1080", true))
        .contains(new Price(new BigDecimal(amount), "DOLLARS", Price.Basis.TABLE));
  }

  @Test
  void whatTheTableCannotSayItDoesNotSay() throws IOException {
    PriceTable table = read(Files.readString(Path.of("config", "prices.csv")));

    assertThat(price(table, "kling-video-o-3", null, null, null)).as("no duration").isEmpty();
    assertThat(price(table, "kling-2.6", 7, null, null)).as("another length").isEmpty();
    assertThat(price(table, "kling-4", 5, null, null)).as("another model").isEmpty();
    assertThat(table.price(new ObjectMapper().createObjectNode())).as("no request").isEmpty();
  }

  @Test
  void theRowThatSaysMostOfTheRequestIsTaken() throws IOException {
    PriceTable table =
        read(
            HEADER
                + """
                kling-3.0-turbo,,,,9,DOLLARS,,
                kling-3.0-turbo,1,,,2,DOLLARS,,
                kling-3.0-turbo,5,,,3,DOLLARS,,
                kling-3.0-turbo,5,,false,4,DOLLARS,,
                kling-3.0-turbo,1,1920x1080,,5,CREDITS,,
                kling-3.0-turbo,10,1920x1080,true,6,CREDITS,2026-11-01,contract 7
                """);

    assertThat(amount(table, null, null, null)).isEqualTo("9");
    assertThat(amount(table, 7, null, null)).isEqualTo("14");
    assertThat(amount(table, 5, null, null)).isEqualTo("3");
    assertThat(amount(table, 5, "960x960", true)).isEqualTo("3");
    assertThat(amount(table, 5, "960x960", false)).isEqualTo("4");
    assertThat(amount(table, 5, "1920x1080", false)).isEqualTo("25");
    assertThat(amount(table, 10, "1920x1080", true)).isEqualTo("6");
    assertThat(amount(table, 10, "1920x1080", null)).isEqualTo("50");
  }

  private static String amount(PriceTable table, Integer seconds, String size, Boolean audio) {
    return price(table, "kling-3.0-turbo", seconds, size, audio)
        .orElseThrow()
        .amount()
        .toPlainString();
  }

  @Test
  void amountsAreExactDecimals() throws IOException {
    PriceTable table =
        read(
            HEADER
                + "kling-3.0-turbo,1,,,0.100000001,DOLLARS,,\n"
                + "kling-2.6,10,,,999999999999.999999999,CREDITS,,\n");

    assertThat(amount(table, 3, null, null)).isEqualTo("0.300000003");
    assertThat(price(table, "kling-2.6", 10, null, null).orElseThrow().amount())
        .isEqualTo(new BigDecimal("999999999999.999999999"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uFEFFmodel;seconds;size;audio;amount;unit;as of;source\r\n"
            + "kling-2.6;5;;;1.50;DOLLARS;;a, b\r\n",
        "Model\tSeconds\tSize\tAudio\tAmount\tUnit\tAs_of\tSource\n"
            + "kling-2.6\t5\t\t\t1.50\tDOLLARS\t\t",
        "unit,amount,source,as of,audio,size,seconds,model\n"
            + "DOLLARS,1.50,\"a \"\"b\"\",\n"
            + "c\",,,,5,kling-2.6",
        "model,seconds,size,audio,amount,unit,as of,source\n\n"
            + " , , , , , , , \n\n"
            + "kling-2.6, 5 ,,, 1.50 ,DOLLARS,,\n",
      })
  void aTableAsSpreadsheetsWriteItIsRead(String text) throws IOException {
    assertThat(price(read(text), "kling-2.6", 5, null, null))
        .contains(new Price(new BigDecimal("1.50"), "DOLLARS", Price.Basis.TABLE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          kling-3.1,5,,,1,DOLLARS,, | model: 'kling-3.1' is not a known model: kling-2.6, kling-3.0-turbo, kling-video-o-3
          ,5,,,1,DOLLARS,, | model: '' is not a known model: kling-2.6, kling-3.0-turbo, kling-video-o-3
          kling-2.6,five,,,1,DOLLARS,, | seconds: 'five' is not a whole number from 1 (the amount is for each second) to 99999, or empty for any
          kling-2.6,0,,,1,DOLLARS,, | seconds: '0' is not a whole number from 1 (the amount is for each second) to 99999, or empty for any
          kling-2.6,5.0,,,1,DOLLARS,, | seconds: '5.0' is not a whole number from 1 (the amount is for each second) to 99999, or empty for any
          kling-2.6,5,1080p,,1,DOLLARS,, | size: '1080p' is not a size such as 1920x1080, or empty for any
          kling-2.6,5,,yes,1,DOLLARS,, | audio: 'yes' is not true, false, or empty for with and without sound
          kling-2.6,5,,,-1,DOLLARS,, | amount: '-1' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,1e9,DOLLARS,, | amount: '1e9' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,NaN,DOLLARS,, | amount: 'NaN' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,1000000000000,DOLLARS,, | amount: '1000000000000' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,"0,90",DOLLARS,, | amount: '0,90' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,,DOLLARS,, | amount: '' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,=1+1,DOLLARS,, | amount: '=1+1' is not a decimal number such as 0.2392, from 0 to 999999999999
          kling-2.6,5,,,1,EUR,, | unit: 'EUR' is not DOLLARS or CREDITS
          kling-2.6,5,,,1,,, | unit: '' is not DOLLARS or CREDITS
          kling-2.6,5,,,1,DOLLARS,1.8.2026, | as of: '1.8.2026' is not a day such as 2026-08-01, or empty
          kling-2.6,10,,,2,DOLLARS,, | model: has the same model, seconds, size and audio as line 2
          """)
  void aFieldThatIsWrongIsNamedByLineAndColumn(String row, String why) {
    assertThatThrownBy(() -> read(HEADER + "kling-2.6,10,,,1,DOLLARS,,\n" + row + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 3, column " + why);
  }

  @Test
  void aTableThatIsNoneSaysWhereAndWhy() {
    assertThatThrownBy(() -> read(""))
        .hasMessage(
            "line 1, there is no header: model,seconds,size,audio,amount,unit,as of,source");
    assertThatThrownBy(() -> read("model,price\n"))
        .hasMessage(
            "line 1, 'price' is not a column: model, seconds, size, audio, amount, unit, as of,"
                + " source");
    assertThatThrownBy(() -> read("model,model\n"))
        .hasMessage("line 1, column model: is there twice");
    assertThatThrownBy(() -> read(HEADER.replace(",audio", "")))
        .hasMessage("line 1, column audio: is missing");
    assertThatThrownBy(() -> read(HEADER + "kling-2.6,5,1,DOLLARS\n"))
        .hasMessage("line 2, has 4 fields, and the header 8");
    assertThatThrownBy(() -> read(HEADER + "kling-2.6,5,,,1,DOLLARS,,\"" + "x".repeat(201) + "\""))
        .hasMessage("line 2, column source: is longer than 200 characters");
    assertThatThrownBy(() -> read(HEADER + "kling-2.6,5,,,1,DOLLARS,,\"never closed\n"))
        .hasMessageStartingWith("line 2, is not CSV: ");
    assertThatThrownBy(() -> read(HEADER + "kling-2.6,\"" + "y\n".repeat(30) + "\",,,1,DOLLARS,,"))
        .hasMessageStartingWith("line 2, column seconds: 'y y y");
  }
}
