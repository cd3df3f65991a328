package io.leonardoroutes.request;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of a model's page said a second time: {@code <model>.page} beside this class, a line
 * for each field and, after a plus, for each rule across fields.
 *
 * @param fields the words of a field's line, by its path
 * @param together the name of a rule across fields and the words of its line
 */
record ModelPage(Map<String, List<String>> fields, List<List<String>> together) {

  static ModelPage of(String model) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    List<List<String>> together = new ArrayList<>();
    for (String line : lines(model)) {
      String[] row = line.split("\\s*\\|\\s*");
      List<String> words = List.of(row[1].strip().split(" "));
      if (row[0].startsWith("+ ")) {
        List<String> rule = new ArrayList<>(List.of(row[0].substring(2)));
        rule.addAll(words);
        together.add(rule);
      } else {
        fields.put(row[0], words);
      }
    }
    return new ModelPage(fields, together);
  }

  /** The pages of all models. */
  static List<ModelPage> all() {
    return ModelExamples.ids().stream().map(ModelPage::of).toList();
  }

  private static List<String> lines(String model) {
    String name = model + ".page";
    try (InputStream page = ModelPage.class.getResourceAsStream(name)) {
      if (page == null) {
        throw new AssertionError("there is no " + name + " beside " + ModelPage.class);
      }
      return new String(page.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> sizes() {
    return fields.get("sizes");
  }

  /** The rules across fields of this name, each with its words. */
  List<List<String>> together(String name) {
    return together.stream()
        .filter(rule -> rule.get(0).equals(name))
        .map(rule -> rule.subList(1, rule.size()))
        .toList();
  }
}
