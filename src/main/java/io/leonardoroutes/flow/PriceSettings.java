package io.leonardoroutes.flow;

import io.leonardoroutes.limits.PriceFile;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The table of {@code leonardo.prices}. */
public final class PriceSettings {
  private static final String KEY = "leonardo.prices";
  private static final String INSIDE_THE_JAR = "/leonardo-routes/config/prices.csv";
  private static final int MOST_BYTES = 4 * 1024 * 1024;

  private PriceSettings() {}

  /**
   * Reads the file; the one inside the jar if none is named, or the default one is not there.
   *
   * @param models the known ones
   * @throws BadSetting if it is not there or wrong, naming line and column
   */
  public static PriceTable read(SettingReader keys, Set<String> models) {
    String name = keys.optional(KEY);
    boolean shipped = name == null || keys.isDefault(KEY) && Files.notExists(Path.of(name));
    try (Reader text = text(shipped ? null : Path.of(name))) {
      return PriceFile.read(text, models);
    } catch (CharacterCodingException e) {
      throw new BadSetting(KEY, name + " is not UTF-8");
    } catch (IllegalArgumentException e) {
      throw new BadSetting(KEY, name + ", " + e.getMessage());
    } catch (IOException e) {
      throw new BadSetting(KEY, "cannot read " + name + " (" + e + ")");
    }
  }

  private static Reader text(Path file) throws IOException {
    if (file == null) {
      InputStream shipped = PriceSettings.class.getResourceAsStream(INSIDE_THE_JAR);
      return new InputStreamReader(shipped, StandardCharsets.UTF_8.newDecoder());
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException("it has more than " + MOST_BYTES + " bytes");
    }
    return Files.newBufferedReader(file);
  }
}
