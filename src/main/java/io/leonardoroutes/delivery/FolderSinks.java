package io.leonardoroutes.delivery;

import io.leonardoroutes.event.Sink;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import io.leonardoroutes.flow.FlowContext;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.util.URISupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sinks whose address is a plain folder ({@code file:/mnt/archive}): we write there ourselves. A
 * sink with more options, such as {@code fileExist=Override}, is left to Camel's file component.
 */
public final class FolderSinks {
  private static final Logger LOG = LoggerFactory.getLogger(FolderSinks.class);

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
  private final FlowContext flow;
  private final Map<String, FolderSink> sinks = new ConcurrentHashMap<>();

  public FolderSinks(CamelContext context, FlowContext flow) {
    this.context = context;
    this.flow = flow;
  }

  /** The address that the route of a sink sends to. */
  public String address(Sink sink) throws URISyntaxException {
    if (!(context.getEndpoint(sink.uri()) instanceof FileEndpoint file)
        || file.getClass() != FileEndpoint.class
        || !isPlain(file, URISupport.parseQuery(URISupport.extractQuery(sink.uri())))) {
      return sink.uri();
    }
    String own = file.getTempPrefix();
    String prefix = own == null || own.isBlank() ? SafeFolder.PART : own;
    Path folder = file.getFile().toPath();
    String name = "leonardoFolder-" + sink.name();
    FolderSink made = new FolderSink(folder, policy(file), prefix, flow.clock());
    context.getRegistry().bind(name, made);
    sinks.put(sink.name(), made);
    return "bean:" + name + "?method=write";
  }

  /** Deletes temporary files that a program left in the folders because it died. */
  public void sweep() {
    sinks.forEach(
        (name, sink) -> {
          try {
            sink.sweep();
          } catch (NoSuchFileException | UnsafeFolder reportedByTheNextDelivery) {
            LOG.debug("nothing is deleted from sink {}", name, reportedByTheNextDelivery);
          } catch (IOException e) {
            LOG.warn(
                "temporary files could not be deleted from sink {}, retrying in an hour: {}",
                name,
                String.valueOf(e));
          }
        });
  }

  private static boolean isPlain(FileEndpoint file, Map<String, Object> options) {
    String prefix = file.getTempPrefix();
    return OPTIONS.containsAll(options.keySet())
        && "Ignore".equalsIgnoreCase(String.valueOf(options.getOrDefault("fileExist", "Ignore")))
        && file.isAutoCreate()
        && (prefix == null || !prefix.matches(".*[/\\\\].*"));
  }

  /** The address may set the permissions of the files itself. */
  private FolderPolicy policy(FileEndpoint file) {
    FolderPolicy policy = flow.settings().files().policy();
    return file.getPermissions() == null || file.getPermissions().isEmpty()
        ? policy
        : policy.withFiles(file.getPermissions());
  }
}
