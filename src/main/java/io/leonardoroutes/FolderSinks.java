package io.leonardoroutes;

import io.leonardoroutes.delivery.FolderSink;
import io.leonardoroutes.delivery.Sink;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.SafeFolder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.util.URISupport;

/**
 * Sinks whose address is a plain folder ({@code file:/mnt/archive}): we write there ourselves. One
 * that asks Camel's file component for more, such as {@code fileExist=Override}, gets it.
 */
final class FolderSinks {
  /** What {@link FolderSink} does too. */
  private static final Set<String> OPTIONS =
      Set.of(
          "fileExist",
          "tempPrefix",
          "autoCreate",
          "forceWrites",
          "lazyStartProducer",
          "chmod",
          "chmodDirectory");

  private final CamelContext context;
  private final Parts parts;

  FolderSinks(CamelContext context, Parts parts) {
    this.context = context;
    this.parts = parts;
  }

  /** Where the route of a sink sends to. */
  String address(Sink sink) throws URISyntaxException {
    if (!(context.getEndpoint(sink.uri()) instanceof FileEndpoint file)
        || file.getClass() != FileEndpoint.class
        || !isPlain(file, URISupport.parseQuery(URISupport.extractQuery(sink.uri())))) {
      return sink.uri();
    }
    String prefix = file.getTempPrefix() == null ? SafeFolder.PART : file.getTempPrefix();
    Path folder = file.getFile().toPath();
    String name = "leonardoFolder-" + sink.name();
    context.getRegistry().bind(name, new FolderSink(folder, policy(file), prefix, parts.clock()));
    return "bean:" + name + "?method=write";
  }

  private static boolean isPlain(FileEndpoint file, Map<String, Object> options) {
    String prefix = file.getTempPrefix();
    return OPTIONS.containsAll(options.keySet())
        && "Ignore".equalsIgnoreCase(String.valueOf(options.getOrDefault("fileExist", "Ignore")))
        && file.isAutoCreate()
        && (prefix == null || !prefix.matches(".*[/\\\\].*"));
  }

  /** An address may say itself who may read what is written. */
  private FolderPolicy policy(FileEndpoint file) {
    FolderPolicy policy = parts.settings().files().policy();
    return file.getPermissions() == null || file.getPermissions().isEmpty()
        ? policy
        : policy.withFiles(file.getPermissions());
  }
}
