package io.leonardoroutes.board;

import java.util.List;

/**
 * What one template shows.
 *
 * @param title of the page
 * @param section which link of the navigation is the current one
 * @param content the values that the template names, as a record
 * @param keyed whether callers need a key: then the script fetches what the page refers to
 * @param done what was just done, in words; null for nothing
 */
record BoardPage(
    String template, String title, String section, Object content, boolean keyed, String done) {
  private static final List<String> SECTIONS = List.of("overview", "jobs", "doubts", "sinks");

  /** One link of the navigation. */
  record Link(String name, String href, boolean current) {}

  BoardPage(String template, String title, String section, Object content, boolean keyed) {
    this(template, title, section, content, keyed, null);
  }

  /** The links of the navigation. */
  List<Link> links() {
    return SECTIONS.stream()
        .map(
            name ->
                new Link(
                    BoardText.capital(name),
                    name.equals("overview") ? "/board" : "/board/" + name,
                    name.equals(section)))
        .toList();
  }

  /** Links to style and script change with their content. */
  String version() {
    return BoardFiles.VERSION;
  }

  BoardPage said(String words) {
    return new BoardPage(template, title, section, content, keyed, words);
  }
}
