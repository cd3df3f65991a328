package io.leonardoroutes.board;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.MustacheFactory;
import com.github.mustachejava.reflect.MissingWrapper;
import com.github.mustachejava.reflect.ReflectionObjectHandler;
import com.github.mustachejava.util.Wrapper;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The templates of the pages, in Mustache, which escapes every value. A template that names what
 * its page does not have fails, rather than show nothing.
 */
final class BoardTemplates {
  /** Where templates, style and script are, on the class path. */
  static final String FOLDER = "/leonardo-routes/board/";

  private static final String ENDING = ".mustache";

  private final MustacheFactory factory;

  BoardTemplates() {
    DefaultMustacheFactory strict = new DefaultMustacheFactory(BoardTemplates::open);
    strict.setObjectHandler(new KnownNames());
    factory = strict;
  }

  private static Reader open(String name) {
    InputStream in = BoardTemplates.class.getResourceAsStream(FOLDER + name);
    return in == null ? null : new InputStreamReader(in, StandardCharsets.UTF_8);
  }

  /** The HTML of a page. */
  String html(BoardPage page) {
    StringWriter html = new StringWriter();
    factory.compile(page.template() + ENDING).execute(html, new Object[] {page, page.content()});
    return html.toString();
  }

  private static final class KnownNames extends ReflectionObjectHandler {
    @Override
    public Wrapper find(String name, List<Object> scopes) {
      Wrapper found = super.find(name, scopes);
      if (found instanceof MissingWrapper) {
        throw new IllegalStateException("a template names " + name + ", which its page has not");
      }
      return found;
    }
  }
}
