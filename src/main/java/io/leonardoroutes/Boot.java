package io.leonardoroutes;

import io.leonardoroutes.delivery.Sink;
import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.jms.Broker;
import io.leonardoroutes.jms.JmsSettings;
import io.leonardoroutes.jms.QueueListener;
import io.leonardoroutes.ledger.Access;
import io.leonardoroutes.ledger.Keyless;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.ledger.Sinkless;
import io.leonardoroutes.request.Models;
import io.leonardoroutes.request.Violation;
import io.leonardoroutes.rest.Door;
import io.leonardoroutes.rest.RejectedKeys;
import io.leonardoroutes.rest.RestServer;
import io.leonardoroutes.sandbox.Samples;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.Keys;
import jakarta.validation.ValidatorFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the settings, opens what they name, gives the routes their beans and loads the route files.
 * What it opened it closes after the last route has stopped.
 */
final class Boot extends ServiceSupport implements RoutesBuilder {
  /** The name under which the program binds the pattern of its own route files. */
  static final String ROUTE_FILES = "leonardoRouteFiles";

  private static final String INSIDE_THE_JAR = "classpath:leonardo-routes/routes/*.camel.yaml";
  private static final Logger LOG = LoggerFactory.getLogger(Boot.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @Override
  public void addRoutesToCamelContext(CamelContext context) throws Exception {
    Keys keys = new Keys(context);
    Settings settings = Settings.read(context, keys);
    StartChecks.secretsInOpenFiles(context);
    context.addService(this);
    start();
    try {
      open(context, keys, settings);
    } catch (Exception e) {
      stop();
      throw e;
    }
  }

  private void open(CamelContext context, Keys keys, Settings settings) throws Exception {
    Drain.outlasts(settings.paidCall(), context);
    Set<String> sinks = settings.sinks().stream().map(Sink::name).collect(Collectors.toSet());
    RulesMapping mapping = new RulesMapping(settings.rulesMapping(), sinks);
    ValidatorFactory rules = opened(mapping.rules());
    Models models = mapping.models(rules);
    if (settings.sandbox().on()) {
      startSandbox(context, keys, settings, models);
    }
    Clock clock = context.getRegistry().findSingleByType(Clock.class);
    Parts parts = parts(settings, clock);
    opened(parts.ledger());
    tellOfKeyless(parts);
    tellOfSinkless(parts, sinks);
    ClockCheck clocks = new ClockCheck(parts);
    clocks.correct();
    context.getRegistry().bind("leonardoClock", clocks);
    Beans.bind(context, rules, models, parts);
    RejectedKeys rejected = new RejectedKeys(parts.clock());
    context.getRegistry().bind("leonardoRejectedKeys", rejected);
    Managed.read(keys, RestServer.isForeign(context)).open(context, parts).forEach(this::opened);
    if (settings.rest().enabled()) {
      if (RestServer.isForeign(context)) {
        keys.mustBeSaid(
            "leonardo.rest.enabled",
            "the application has an HTTP server of its own, and who reaches it could spend money:"
                + " say true if it asks who calls, else false");
      } else {
        StartChecks.free("leonardo.rest.port", settings.rest().host(), settings.rest().port());
      }
      settings
          .secrets()
          .also(
              RestServer.start(
                  context,
                  settings.rest(),
                  settings.intakes().maxBytes(),
                  new Door.Asks(new Webhook(parts), rejected, parts.outages(), parts.clock())));
    }
    if (settings.intakes().jms()) {
      startBroker(context, settings, parts.outages());
    }
    load(context, keys, parts);
    context.addStartupListener(new IntakeCheck(settings.sinks()));
    context.addStartupListener((started, already) -> Ready.tell(context, parts));
  }

  @Override
  public void addTemplatedRoutesToCamelContext(CamelContext context) {
    // The route files bring their own.
  }

  @Override
  public Set<String> updateRoutesToCamelContext(CamelContext context) {
    // The settings are fixed for the life of a context, so a reload of routes has nothing to do
    // here.
    return Set.of();
  }

  private <T extends AutoCloseable> T opened(T open) {
    opened.push(open);
    return open;
  }

  private void startSandbox(CamelContext context, Keys keys, Settings settings, Models models)
      throws Exception {
    if (!keys.isDefault("leonardo.ledger.url")) {
      LOG.warn(
          "the sandbox is on and leonardo.ledger.url is set: jobs that wait there are made by the"
              + " sandbox, at costs that it makes up");
    }
    StartChecks.free("leonardo.sandbox.port", "127.0.0.1", settings.sandbox().port());
    opened(
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(settings.sandbox().port())
                .withJournal(settings.data().resolve("sandbox.jsonl"))
                .withRules(json -> models.check(json).stream().map(Violation::message).toList())));
    if (settings.sandbox().samples() && settings.intakes().file()) {
      // Not earlier: what a start that fails leaves in the inbox is paid for at the next one.
      Path inbox = settings.intakes().inbox();
      context.addStartupListener((started, already) -> Samples.writeInto(inbox));
    }
  }

  /** By the time of the application, if it has a clock of its own; else by the ledger's. */
  static Parts parts(Settings settings, Clock own) {
    try {
      Access access = settings.ledger();
      Ledger ledger = own == null ? Ledger.open(access) : Ledger.open(access, own);
      Clock clock = ledger.clock();
      settings.secrets().outages().ledgerWrites(ledger::probe);
      return new Parts(
          settings,
          ledger,
          new Telling(settings.sinks(), clock),
          settings.secrets().outages(),
          clock);
    } catch (RuntimeException e) {
      throw new BadSetting(
          "leonardo.ledger.url",
          "cannot be opened: "
              + e.getMessage()
                  .replace(settings.ledger().url(), Keys.withoutSecrets(settings.ledger().url()))
                  .replaceAll("\\s*\\R\\s*", " "));
    }
  }

  /** Said once, while the operator who took a key away is there to read it. */
  private static void tellOfKeyless(Parts parts) {
    for (Keyless keyless : parts.ledger().keyless(parts.settings().accounts().names())) {
      LOG.warn(
          "{} unfinished jobs stay as they are: there is no key for their account {}",
          keyless.jobs(),
          keyless.account());
    }
  }

  /** The same of a sink, and of replies while there is no JMS. */
  private static void tellOfSinkless(Parts parts, Set<String> sinks) {
    boolean jms = parts.settings().intakes().jms();
    for (Sinkless sinkless : parts.ledger().outbox().sinkless(sinks, Telling.REPLY)) {
      boolean reply = sinkless.sink().equals(Telling.REPLY);
      if (!reply || !jms) {
        LOG.warn(
            "{} {} stay as they are, and so will those of {} unfinished jobs: {}",
            sinkless.deliveries(),
            reply ? "replies" : "deliveries",
            sinkless.jobs(),
            reply ? "leonardo.jms.enabled is false" : "there is no sink " + sinkless.sink());
      }
    }
  }

  private void startBroker(CamelContext context, Settings settings, Outages outages)
      throws Exception {
    JmsSettings jms = settings.jms();
    if (jms.open()) {
      StartChecks.free("leonardo.jms.port", "127.0.0.1", jms.port());
      // The broker makes its files by the umask.
      OthersAccess.ownFolder(settings.data().resolve("broker"));
    }
    Broker broker =
        opened(
            jms.url() == null
                ? Broker.inside(settings.data().resolve("broker"), jms, outages)
                : broker(jms, outages));
    Registry registry = context.getRegistry();
    registry.bind("leonardoConnectionFactory", broker.connections());
    MessageListenerContainerFactory listener = queue -> new QueueListener(queue, jms, outages);
    registry.bind("leonardoListener", MessageListenerContainerFactory.class, listener);
  }

  private static Broker broker(JmsSettings jms, Outages outages) {
    try {
      return Broker.at(jms, outages);
    } catch (RuntimeException e) {
      throw new BadSetting(
          "leonardo.jms.url", "'" + jms.address() + "' is no address as " + jms.client().example());
    }
  }

  private static void load(CamelContext context, Keys keys, Parts parts) throws Exception {
    List<Resource> files = new ArrayList<>();
    for (String pattern : routeFiles(context, keys)) {
      files.addAll(StartChecks.routeFiles(context, pattern));
    }
    PluginHelper.getRoutesLoader(context).loadRoutes(files);
    FolderSinks folders = new FolderSinks(context, parts);
    for (Sink sink : parts.settings().sinks()) {
      StartChecks.endpoint(context, sink);
      deliver(context, sink.name(), HttpClients.bounded(folders.address(sink)));
    }
    if (parts.settings().intakes().jms()) {
      deliver(context, Telling.REPLY, "direct:leonardo-reply");
    }
  }

  private static List<String> routeFiles(CamelContext context, Keys keys) {
    List<String> named = keys.names("leonardo.routes");
    String ofTheProgram = context.getRegistry().lookupByNameAndType(ROUTE_FILES, String.class);
    return !named.isEmpty() ? named : List.of(ofTheProgram == null ? INSIDE_THE_JAR : ofTheProgram);
  }

  private static void deliver(CamelContext context, String sink, String uri) {
    TemplatedRouteBuilder.builder(context, "leonardo-deliver")
        .routeId("deliver-" + sink)
        .parameter("sink", sink)
        .parameter("uri", uri)
        .add();
  }

  @Override
  protected void doStop() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }
}
