package io.leonardoroutes.app;

import io.leonardoroutes.auth.AuthHandler;
import io.leonardoroutes.auth.OwnPages;
import io.leonardoroutes.auth.RejectedKeys;
import io.leonardoroutes.board.BoardDoor;
import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.delivery.FolderSinks;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LedgerSettings;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.PriceSettings;
import io.leonardoroutes.http.AddressSecrets;
import io.leonardoroutes.intake.TemplateCheck;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.ledger.DeliveriesWithoutSink;
import io.leonardoroutes.ledger.JobsWithoutKey;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.metrics.FlowMeters;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.provider.HttpClients;
import io.leonardoroutes.rest.ForeignServer;
import io.leonardoroutes.rest.RestServer;
import io.leonardoroutes.sandbox.SampleRequests;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import io.leonardoroutes.track.WebhookStep;
import jakarta.validation.ValidatorFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the settings, opens the ledger and the servers, binds the beans and loads the route files.
 * Closes what it opened after the last route has stopped.
 *
 * <p>One file, because what is opened first has to be closed last.
 */
final class RouteLoader extends ServiceSupport implements RoutesBuilder {
  /** The bean that holds the pattern of the program's own route files. */
  static final String ROUTE_FILES = "leonardoRouteFiles";

  private static final String BOARD = "leonardo.board.enabled";
  private static final String INSIDE_THE_JAR = "classpath:leonardo-routes/routes/*.camel.yaml";
  private static final Logger LOG = LoggerFactory.getLogger(RouteLoader.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @Override
  public void addRoutesToCamelContext(CamelContext context) throws Exception {
    SettingReader keys = new SettingReader(context);
    if (keys.isOff()) {
      LOG.warn(
          "leonardo-routes is off, as this application sets none of its settings: set"
              + " leonardo.api-key, or leonardo.sandbox=true");
      return;
    }
    StartChecks.checkHttpClient();
    LeonardoSettings settings = LeonardoSettings.read(context, keys);
    StartChecks.warnOfReadableSecrets(context);
    context.addService(this);
    start();
    try {
      open(context, keys, settings);
    } catch (Exception e) {
      stop();
      throw e;
    }
  }

  private void open(CamelContext context, SettingReader keys, LeonardoSettings settings)
      throws Exception {
    ShutdownTimeout.outlast(settings.paidCall(), context);
    Set<String> sinks = settings.sinks().stream().map(Sink::name).collect(Collectors.toSet());
    ConstraintMapping mapping = new ConstraintMapping(settings.rulesMapping(), sinks);
    ValidatorFactory rules = closeAtStop(mapping.rules());
    ModelRegistry models = mapping.models(rules);
    if (settings.sandbox().on()) {
      startSandbox(context, keys, settings, models);
    }
    Clock clock = context.getRegistry().findSingleByType(Clock.class);
    if (settings.ledger().isPostgres()) {
      OptionalJars.POSTGRESQL.requireFor(LedgerSettings.URL, context);
    }
    FlowContext flow = flow(settings, PriceSettings.read(keys, models.ids()), clock);
    closeAtStop(flow.ledger());
    warnOfJobsWithoutKey(flow);
    warnOfDeliveriesWithoutSink(flow, sinks);
    warnOfPauses(flow);
    logLiveLimits(flow);
    ClockCheck clocks = new ClockCheck(flow);
    clocks.correct();
    context.getRegistry().bind("leonardoClock", clocks);
    RouteBeans.bind(context, rules, models, flow);
    RejectedKeys rejected = new RejectedKeys(flow.clock());
    context.getRegistry().bind("leonardoRejectedKeys", rejected);
    FlowHealthCheck.register(context, flow);
    boolean foreign = ForeignServer.isThere(context);
    ManagementServer.read(keys, foreign).open(context, flow).forEach(this::closeAtStop);
    if (OptionalJars.METERS.isPresent(context)) {
      FlowMeters.registerInHost(context, flow).forEach(this::closeAtStop);
    }
    if (settings.rest().enabled()) {
      startRest(context, keys, flow, rejected);
    }
    if (settings.intakes().jms()) {
      closeAtStop(JmsConnection.open(context, flow));
    }
    load(context, keys, flow);
    context.addStartupListener(new TemplateCheck(settings.sinks(), settings.accounts().names()));
    context.addStartupListener((started, already) -> StartupReport.log(context, flow, foreign));
  }

  @Override
  public void addTemplatedRoutesToCamelContext(CamelContext context) {
    // The route files contain their own templates.
  }

  @Override
  public Set<String> updateRoutesToCamelContext(CamelContext context) {
    // Settings are fixed for the life of a context: a reload of routes changes nothing here.
    return Set.of();
  }

  private <T extends AutoCloseable> T closeAtStop(T open) {
    opened.push(open);
    return open;
  }

  private void startSandbox(
      CamelContext context, SettingReader keys, LeonardoSettings settings, ModelRegistry models)
      throws Exception {
    OptionalJars.SANDBOX.requireFor("leonardo.sandbox", context);
    String ledger = LedgerSettings.key(settings.ledger());
    if (!keys.isDefault(ledger)) {
      LOG.warn(
          "the sandbox is on and {} is set: jobs that wait in that ledger go to the sandbox, with"
              + " invented costs",
          ledger);
    }
    StartChecks.requireFreePort("leonardo.sandbox.port", "127.0.0.1", settings.sandbox().port());
    closeAtStop(
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(settings.sandbox().port())
                .withJournal(settings.data().resolve("sandbox.jsonl"))
                .withModels(models.ids())
                .withRules(json -> models.check(json).stream().map(Violation::message).toList())));
    if (settings.sandbox().samples() && settings.intakes().file()) {
      // Not earlier: if this start failed, the next one might pay for the samples it left in the
      // inbox.
      Path inbox = settings.intakes().inbox();
      context.addStartupListener(
          (started, already) -> SampleRequests.writeInto(inbox, models.ids()));
    }
  }

  /**
   * Opens the ledger. Times are those of the application's own clock, if it has one, else the
   * ledger's.
   */
  static FlowContext flow(LeonardoSettings settings, PriceTable prices, Clock own) {
    LedgerConnection access = settings.ledger();
    try {
      Ledger ledger = own == null ? Ledger.open(access) : Ledger.open(access, own);
      Clock clock = ledger.clock();
      settings.secrets().outages().testLedgerBy(ledger::probe);
      if (access.pool() != null) {
        settings.secrets().outages().nameLedger("the ledger in " + access.pool());
      }
      return new FlowContext(
          settings,
          ledger,
          prices,
          new EventFactory(settings.sinks(), clock),
          settings.secrets().outages(),
          clock);
    } catch (RuntimeException e) {
      throw new BadSetting(
          LedgerSettings.key(access), "cannot be opened: " + oneLine(e.getMessage(), access));
    }
  }

  static String oneLine(String why, LedgerConnection access) {
    String url = access.url();
    return (url == null ? why : why.replace(url, AddressSecrets.removedFrom(url)))
        .replaceAll("\\s*\\R\\s*", " ");
  }

  /** Logged at the start, when the operator who removed a key is likely to read it. */
  private static void warnOfJobsWithoutKey(FlowContext flow) {
    for (JobsWithoutKey waiting : flow.ledger().keyless(flow.settings().accounts().names())) {
      LOG.warn(
          "{} unfinished jobs wait: there is no key for their account {}",
          waiting.jobs(),
          waiting.account());
    }
  }

  /** Else an operator would wonder why nothing is done. */
  private static void warnOfPauses(FlowContext flow) {
    flow.ledger()
        .pauses()
        .all()
        .forEach(
            pause ->
                LOG.warn("{} is paused by an operator since {}", pause.title(), pause.since()));
  }

  /** Else an operator would wonder why a setting has no effect. */
  private static void logLiveLimits(FlowContext flow) {
    flow.ledger()
        .limits()
        .all()
        .forEach(
            limit ->
                LOG.info(
                    "limit {} is {}, set by an operator at {}, whatever the settings say",
                    limit.name(),
                    limit.amount().toPlainString(),
                    limit.since()));
  }

  /** The same for sinks that were removed, and for JMS replies while JMS is off. */
  private static void warnOfDeliveriesWithoutSink(FlowContext flow, Set<String> sinks) {
    boolean jms = flow.settings().intakes().jms();
    for (DeliveriesWithoutSink sinkless :
        flow.ledger().outbox().sinkless(sinks, EventFactory.REPLY)) {
      boolean reply = sinkless.sink().equals(EventFactory.REPLY);
      if (!reply || !jms) {
        LOG.warn(
            "{} {} wait, and so will those of {} unfinished jobs: {}",
            sinkless.deliveries(),
            reply ? "replies" : "deliveries",
            sinkless.jobs(),
            reply ? "leonardo.jms.enabled is false" : "there is no sink " + sinkless.sink());
      }
    }
  }

  /** Else an operator would look for the routes there. */
  private static void warnOfIdleAddress(SettingReader keys) {
    List<String> idle =
        Stream.of("leonardo.rest.host", "leonardo.rest.port", "leonardo.rest.hosts")
            .filter(key -> !keys.isDefault(key))
            .toList();
    if (!idle.isEmpty()) {
      LOG.warn(
          "{} no effect: the application has an HTTP server of its own, which serves the REST"
              + " routes",
          String.join(", ", idle) + (idle.size() == 1 ? " has" : " have"));
    }
  }

  private static void startRest(
      CamelContext context, SettingReader keys, FlowContext flow, RejectedKeys rejected)
      throws Exception {
    String enabled = "leonardo.rest.enabled";
    LeonardoSettings settings = flow.settings();
    OptionalJars.REST.requireFor(enabled, context);
    if (keys.flag(BOARD)) {
      OptionalJars.BOARD.requireFor(BOARD, context);
    }
    if (ForeignServer.isThere(context)) {
      keys.requireExplicit(
          enabled,
          "the application has an HTTP server of its own, and whoever reaches it could spend money:"
              + " set it to true if that server authenticates callers, else to false");
      warnOfIdleAddress(keys);
    } else {
      StartChecks.requireFreePort(
          "leonardo.rest.port", settings.rest().host(), settings.rest().port());
    }
    settings
        .secrets()
        .onRefresh(
            RestServer.start(
                context,
                settings.rest(),
                settings.intakes().maxBytes(),
                settings.uploads().maxBytes(),
                new AuthHandler.Services(
                    new WebhookStep(flow),
                    rejected,
                    flow.outages(),
                    keys.flag(BOARD) ? new BoardDoor() : OwnPages.NONE,
                    flow.clock())));
  }

  private static void load(CamelContext context, SettingReader keys, FlowContext flow)
      throws Exception {
    List<Resource> files = new ArrayList<>();
    for (String pattern : routeFiles(context, keys)) {
      files.addAll(StartChecks.routeFiles(context, pattern));
    }
    FolderSinks folders = new FolderSinks(context, flow);
    context.getRegistry().bind("leonardoFolders", folders);
    PluginHelper.getRoutesLoader(context).loadRoutes(files);
    for (Sink sink : flow.settings().sinks()) {
      StartChecks.checkEndpoint(context, sink);
      addDeliveryRoute(context, sink.name(), HttpClients.bounded(folders.address(sink)));
    }
    if (flow.settings().intakes().jms()) {
      addDeliveryRoute(context, EventFactory.REPLY, "direct:leonardo-reply");
    }
  }

  private static List<String> routeFiles(CamelContext context, SettingReader keys) {
    List<String> patterns = keys.names("leonardo.routes");
    String ofTheProgram = context.getRegistry().lookupByNameAndType(ROUTE_FILES, String.class);
    return !patterns.isEmpty()
        ? patterns
        : List.of(ofTheProgram == null ? INSIDE_THE_JAR : ofTheProgram);
  }

  private static void addDeliveryRoute(CamelContext context, String sink, String uri) {
    String id = "deliver-" + sink;
    StartChecks.requireFreeRouteId(context, id, sink);
    TemplatedRouteBuilder.builder(context, "leonardo-deliver")
        .routeId(id)
        .parameter("sink", sink)
        .parameter("uri", uri)
        .add();
    // A copy of the route file that is older has it all in one route.
    if (((ModelCamelContext) context).getRouteTemplateDefinition("leonardo-deliver-due") != null) {
      String due = "due-" + sink;
      StartChecks.requireFreeRouteId(context, due, sink);
      TemplatedRouteBuilder.builder(context, "leonardo-deliver-due")
          .routeId(due)
          .parameter("sink", sink)
          .add();
    }
  }

  @Override
  protected void doStop() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }
}
