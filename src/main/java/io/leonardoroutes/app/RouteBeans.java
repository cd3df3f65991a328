package io.leonardoroutes.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.api.BatchResource;
import io.leonardoroutes.api.CostResource;
import io.leonardoroutes.api.JobEventStream;
import io.leonardoroutes.api.JobListResource;
import io.leonardoroutes.api.JobResource;
import io.leonardoroutes.api.PriceResource;
import io.leonardoroutes.api.RestAnswers;
import io.leonardoroutes.api.VideoResource;
import io.leonardoroutes.api.WaitForJob;
import io.leonardoroutes.board.BoardActions;
import io.leonardoroutes.board.BoardAnswer;
import io.leonardoroutes.board.BoardHeaderFilter;
import io.leonardoroutes.board.BoardResource;
import io.leonardoroutes.delivery.ArchiveStep;
import io.leonardoroutes.delivery.DeliverStep;
import io.leonardoroutes.delivery.DeliveryDeadline;
import io.leonardoroutes.delivery.DownloadStep;
import io.leonardoroutes.delivery.RedeliverStep;
import io.leonardoroutes.drift.DriftStep;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.intake.AcceptStep;
import io.leonardoroutes.intake.BatchFiles;
import io.leonardoroutes.intake.BatchIntake;
import io.leonardoroutes.intake.BatchLines;
import io.leonardoroutes.intake.BatchReports;
import io.leonardoroutes.intake.DryRun;
import io.leonardoroutes.intake.FailedFiles;
import io.leonardoroutes.intake.FileIntake;
import io.leonardoroutes.intake.JmsIntake;
import io.leonardoroutes.intake.KameletIntake;
import io.leonardoroutes.intake.LedgerHold;
import io.leonardoroutes.intake.RejectionNotifier;
import io.leonardoroutes.intake.RestIntake;
import io.leonardoroutes.intake.RetryStep;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.lines.BatchContent;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.openapi.ModelCatalog;
import io.leonardoroutes.openapi.OpenApi;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.problem.BodyText;
import io.leonardoroutes.problem.RejectionCounts;
import io.leonardoroutes.provider.HttpClients;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderClock;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.ETags;
import io.leonardoroutes.steer.DrainState;
import io.leonardoroutes.steer.FetchStep;
import io.leonardoroutes.steer.LimitState;
import io.leonardoroutes.steer.LimitStep;
import io.leonardoroutes.steer.PauseState;
import io.leonardoroutes.steer.PauseStep;
import io.leonardoroutes.steer.SinkResource;
import io.leonardoroutes.steer.SinkState;
import io.leonardoroutes.steer.SummaryResource;
import io.leonardoroutes.submit.ApprovalStep;
import io.leonardoroutes.submit.BulkDecision;
import io.leonardoroutes.submit.ChainStep;
import io.leonardoroutes.submit.ConcurrencyProbe;
import io.leonardoroutes.submit.Decision;
import io.leonardoroutes.submit.ReconcileStep;
import io.leonardoroutes.submit.ResolveStep;
import io.leonardoroutes.submit.SubmissionRecorder;
import io.leonardoroutes.submit.SubmitStep;
import io.leonardoroutes.track.PollSchedule;
import io.leonardoroutes.track.TrackStep;
import io.leonardoroutes.track.WebhookStep;
import io.leonardoroutes.upload.RequestPictures;
import io.leonardoroutes.upload.UploadResource;
import io.leonardoroutes.upload.UploadStep;
import io.leonardoroutes.upload.UrlPictures;
import io.leonardoroutes.video.VideoFolder;
import io.leonardoroutes.video.VideoHosts;
import jakarta.validation.ValidatorFactory;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Predicate;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Binds the beans that the route files use, by name.
 *
 * <p>One file, because it is the list of them.
 */
final class RouteBeans {
  /**
   * The records of REST answers and bodies, for OpenAPI; requests, models and problems are added
   * there.
   */
  private static final List<Class<? extends Record>> RECORDS =
      List.of(
          Job.class,
          JobListResource.JobPage.class,
          JobResource.JobHistory.class,
          DryRun.Preview.class,
          Decision.class,
          BulkDecision.class,
          BulkDecision.BulkResolution.class,
          BatchIntake.BatchAnswer.class,
          BatchResource.BatchStatus.class,
          CostResource.CostList.class,
          PriceResource.PriceList.class,
          UploadResource.UploadedPicture.class,
          ApprovalStep.BatchDecision.class,
          RedeliverStep.Redelivery.class,
          RetryStep.RetryList.class,
          PauseStep.Reason.class,
          PauseState.class,
          PauseState.PauseList.class,
          DrainState.class,
          LimitState.LimitList.class,
          LimitStep.NewLimit.class,
          SinkState.SinkList.class,
          SinkResource.DeliveryPage.class,
          SummaryResource.Summary.class);

  /** A longer body has nothing that an operator's call needs. */
  private static final int MOST_STEERING = 4_096;

  private RouteBeans() {}

  static void bind(
      CamelContext context, ValidatorFactory rules, ModelRegistry models, FlowContext flow)
      throws IOException {
    LeonardoSettings settings = flow.settings();
    flow.ledger().governor().limit(settings.budgets());
    HttpClients clients = HttpClients.of(context, settings);
    ProviderClock providerClock = new ProviderClock(flow.clock(), System::nanoTime);
    flow.ledger().providerSkew(providerClock::skew);
    ProviderClient client =
        new ProviderClient(
            settings.accounts(),
            flow.ledger()::now,
            clients::provider,
            providerClock,
            settings.provider().baseUrl());
    VideoFolder videos =
        new VideoFolder(settings.downloads().folder(), settings.downloads().limits(), flow.clock());
    Registry registry = context.getRegistry();
    registry.bind("leonardoText", new BodyText(settings.intakes().maxBytes()));
    registry.bind("leonardoJson", StrictJson.mapper());
    registry.bind("leonardoModels", models);
    registry.bind("leonardoRules", rules);
    RejectionNotifier rejections = new RejectionNotifier(flow);
    PictureFolder folder =
        new PictureFolder(settings.uploads().folder(), settings.uploads().maxBytes());
    VideoHosts hosts =
        new VideoHosts(settings.uploads().hosts(), "leonardo.uploads.hosts", "picture");
    UrlPictures urls = new UrlPictures(hosts, folder);
    registry.bind("leonardoUrlPictures", urls);
    RequestPictures pictures = new RequestPictures(folder, urls);
    registry.bind("leonardoPictures", pictures);
    registry.bind("leonardoUpload", new UploadStep(flow, folder));
    AcceptStep accept = new AcceptStep(flow, rejections, pictures);
    registry.bind("leonardoAccept", accept);
    EarlierNames.bind(
        registry,
        "leonardoBatch",
        "leonardoBatchIntake",
        new BatchIntake(flow, accept, rejections));
    RestIntake rest = new RestIntake(flow);
    registry.bind("leonardoAsked", rest);
    FailedFiles failed = new FailedFiles(flow);
    registry.bind("leonardoFailedFiles", failed);
    RetryStep retries = new RetryStep(flow, folder, failed);
    registry.bind("leonardoRetry", retries);
    FileIntake inbox = new FileIntake(flow, retries);
    registry.bind("leonardoInbox", inbox);
    registry.bind("leonardoInbox-pictures-false", inbox);
    registry.bind("leonardoInbox-pictures-true", inbox.withPictures());
    bindBatches(context, flow, accept, rejections);
    registry.bind("leonardoKameletIntake", new KameletIntake());
    registry.bind("leonardoAnswers", new RestAnswers(flow));
    registry.bind("leonardoGenerations", new JobResource(flow, rest));
    registry.bind("leonardoOwnCopy", new VideoResource(flow, videos));
    registry.bind("leonardoHold", Predicate.class, new LedgerHold(flow.outages()));
    // Bound even if the intakes are off: the application's own routes may use them.
    if (OptionalJars.JMS.isPresent(context)) {
      bindJms(registry, flow);
    }
    if (OptionalJars.REST.isPresent(context)) {
      bindLongCalls(context, flow, folder);
      if (OptionalJars.BOARD.isPresent(context)) {
        bindBoard(registry, flow, models.ids(), rejections.counts(), videos, folder);
      }
    }
    registry.bind("leonardoETags", new ETags());
    registry.bind("leonardoPages", new JobListResource(flow, models.ids()));
    PollSchedule schedule = new PollSchedule(flow.ledger(), settings.track(), flow.clock());
    registry.bind(
        "leonardoSubmit",
        new SubmitStep(flow, client, new SubmissionRecorder(flow, schedule, folder)));
    registry.bind("leonardoApproval", new ApprovalStep(flow));
    registry.bind("leonardoChain", new ChainStep(flow));
    registry.bind("leonardoTrack", new TrackStep(flow, schedule));
    registry.bind("leonardoSlots", new ConcurrencyProbe(flow));
    registry.bind(
        "leonardoDrift",
        new DriftStep(
            flow,
            models.ids().stream()
                .collect(Collectors.toMap(id -> id, id -> models.schema(id).orElseThrow()))));
    registry.bind("leonardoRenew", new SecretRefresh(settings.secrets(), flow.clock()));
    registry.bind("leonardoWebhook", new WebhookStep(flow));
    registry.bind("leonardoCosts", new CostResource(flow));
    registry.bind("leonardoPrices", new PriceResource(flow, models.ids()));
    EarlierNames.bind(registry, "leonardoDryRun", "leonardoPreview", new DryRun(flow));
    ModelCatalog catalog = new ModelCatalog(models);
    registry.bind("leonardoCatalog", catalog);
    registry.bind(
        "leonardoOpenApi",
        new OpenApi(
            context, catalog, RECORDS, settings.rest().authenticates(), settings.rest().batch()));
    registry.bind("leonardoReconcile", new ReconcileStep(flow, providerClock));
    registry.bind("leonardoResolve", new ResolveStep(flow));
    registry.bind("leonardoFetch", new DownloadStep(flow, videos));
    DeliveryDeadline deadline = new DeliveryDeadline(flow);
    registry.bind(
        "leonardoDeliver",
        new DeliverStep(
            flow, deadline, model -> models.schema(model).map(JsonNode::toString).orElse("")));
    registry.bind("leonardoDeadline", deadline);
    registry.bind("leonardoArchive", new ArchiveStep(flow));
    registry.bind("leonardoRedeliver", new RedeliverStep(flow));
    bindSteering(registry, flow);
    clients.bind(registry, client, videos, hosts);
  }

  /** The beans of the operators' hands. */
  private static void bindSteering(Registry registry, FlowContext flow) {
    registry.bind("leonardoOptionalText", BodyText.optional(MOST_STEERING));
    registry.bind("leonardoFetchAgain", new FetchStep(flow));
    registry.bind("leonardoLimits", new LimitStep(flow));
    registry.bind("leonardoPauses", new PauseStep(flow));
    registry.bind("leonardoSinkList", new SinkResource(flow));
    registry.bind("leonardoSummary", new SummaryResource(flow));
  }

  /** The beans of files with many requests. */
  private static void bindBatches(
      CamelContext context, FlowContext flow, AcceptStep accept, RejectionNotifier rejections) {
    LeonardoSettings.Batches settings = flow.settings().batches();
    BatchContent content = new BatchContent(settings.folder(), settings.maxBytes());
    BatchLines lines = new BatchLines(flow, accept, rejections, content);
    context.getRegistry().bind("leonardoBatches", new BatchResource(flow));
    context.getRegistry().bind("leonardoBatchFiles", new BatchFiles(flow, content));
    context.getRegistry().bind("leonardoBatchLines", lines);
    context.getRegistry().bind("leonardoBatchReports", new BatchReports(flow));
    context.addLifecycleStrategy(
        new LifecycleStrategySupport() {
          @Override
          public void onContextStopped(CamelContext stopped) {
            lines.close();
          }
        });
  }

  /** The beans that need the JMS libraries. */
  private static void bindJms(Registry registry, FlowContext flow) {
    EarlierNames.bind(registry, "leonardoQueue", "leonardoJmsIntake", new JmsIntake(flow));
  }

  /**
   * The beans of long calls (waiting, event streams), which need the libraries of an HTTP server.
   */
  private static void bindLongCalls(CamelContext context, FlowContext flow, PictureFolder folder) {
    WaitForJob wait = new WaitForJob(flow);
    JobEventStream follow = new JobEventStream(flow);
    context.getRegistry().bind("leonardoHttp", new AsyncHttp(context));
    context.getRegistry().bind("leonardoWait", wait);
    context.getRegistry().bind("leonardoFollow", follow);
    UploadResource uploads = new UploadResource(flow, folder);
    context.getRegistry().bind("leonardoUploads", uploads);
    context.addLifecycleStrategy(onStop(uploads::drain));
    context.addLifecycleStrategy(onStop(wait::drain));
    context.addLifecycleStrategy(onStop(follow::drain));
  }

  /** The beans of the board, which need the library of its templates. */
  private static void bindBoard(
      Registry registry,
      FlowContext flow,
      Set<String> models,
      RejectionCounts rejected,
      VideoFolder videos,
      PictureFolder pictures) {
    LimitStep limits = new LimitStep(flow);
    BoardResource.Sources sources = new BoardResource.Sources(models, rejected, limits);
    registry.bind("leonardoBoard", new BoardResource(flow, sources, videos, pictures));
    registry.bind("leonardoBoardActions", new BoardActions(flow, limits));
    registry.bind("leonardoBoardAnswer", new BoardAnswer());
    registry.bind("leonardoBoardHeaders", new BoardHeaderFilter());
  }

  /** Runs before the routes drain: the drain would wait for the calls that this step ends. */
  private static LifecycleStrategy onStop(Runnable step) {
    return new LifecycleStrategySupport() {
      @Override
      public void onContextStopping(CamelContext stopping) {
        step.run();
      }
    };
  }
}
