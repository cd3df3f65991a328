package io.leonardoroutes;

import io.leonardoroutes.delivery.Videos;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.openapi.Catalog;
import io.leonardoroutes.openapi.OpenApi;
import io.leonardoroutes.request.BodyText;
import io.leonardoroutes.request.Models;
import io.leonardoroutes.request.StrictJson;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.ETags;
import jakarta.validation.ValidatorFactory;
import java.io.IOException;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Predicate;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;

/** Gives the beans that routes name their names. */
final class Beans {
  /** Everything that REST answers or takes and that is not a request, a model or a problem. */
  private static final List<Class<? extends Record>> RECORDS =
      List.of(
          Job.class,
          Pages.JobPage.class,
          Generations.JobHistory.class,
          DryRun.Preview.class,
          Decision.class,
          BulkDecision.class,
          BulkDecision.BulkResolution.class,
          Batch.BatchAnswer.class,
          Costs.CostList.class,
          Redeliver.Redelivery.class);

  private Beans() {}

  static void bind(CamelContext context, ValidatorFactory rules, Models models, Parts parts)
      throws IOException {
    Settings settings = parts.settings();
    HttpClients clients = HttpClients.of(context, settings);
    ProviderClock providerClock = new ProviderClock(parts.clock(), System::nanoTime);
    parts.ledger().providerSkew(providerClock::skew);
    ProviderClient client =
        new ProviderClient(
            settings.accounts(), parts.ledger()::now, clients::provider, providerClock);
    Videos videos =
        new Videos(settings.downloads().folder(), settings.downloads().limits(), parts.clock());
    Registry registry = context.getRegistry();
    registry.bind("leonardoText", new BodyText(settings.intakes().maxBytes()));
    registry.bind("leonardoJson", StrictJson.mapper());
    registry.bind("leonardoModels", models);
    registry.bind("leonardoRules", rules);
    Refusals refusals = new Refusals(parts);
    Accept accept = new Accept(parts, refusals);
    registry.bind("leonardoAccept", accept);
    registry.bind("leonardoBatch", new Batch(parts, accept, refusals));
    registry.bind("leonardoAsked", new Asked());
    registry.bind("leonardoInbox", new Inbox(parts));
    Queue queue = new Queue(parts);
    registry.bind("leonardoQueue", queue);
    registry.bind("leonardoHold", Predicate.class, (Predicate) queue::holds);
    Answers answers = new Answers(parts);
    registry.bind("leonardoAnswers", answers);
    Generations generations = new Generations(parts, answers);
    registry.bind("leonardoGenerations", generations);
    registry.bind("leonardoOwnCopy", new OwnCopy(parts, generations, videos));
    bindLasting(context, parts, generations);
    registry.bind("leonardoETags", new ETags());
    registry.bind("leonardoPages", new Pages(parts, models.ids()));
    Looks looks = new Looks(parts.ledger(), settings.track(), parts.clock());
    registry.bind("leonardoSubmit", new Submit(parts, client, new Submitted(parts, looks)));
    registry.bind("leonardoTrack", new Track(parts, looks));
    registry.bind("leonardoSlots", new Slots(parts));
    registry.bind("leonardoRenew", new Renew(settings.secrets(), parts.clock()));
    registry.bind("leonardoWebhook", new Webhook(parts));
    registry.bind("leonardoCosts", new Costs(parts));
    registry.bind("leonardoDryRun", new DryRun());
    Catalog catalog = new Catalog(models);
    registry.bind("leonardoCatalog", catalog);
    registry.bind(
        "leonardoOpenApi",
        new OpenApi(
            context, catalog, RECORDS, settings.rest().asksForKeys(), settings.rest().batch()));
    registry.bind("leonardoReconcile", new Reconcile(parts, providerClock));
    registry.bind("leonardoResolve", new Resolve(parts, generations));
    registry.bind("leonardoFetch", new Fetch(parts, videos));
    registry.bind("leonardoDeliver", new Deliver(parts));
    registry.bind("leonardoRedeliver", new Redeliver(parts));
    clients.bind(registry, client, videos);
  }

  /** What calls need that last. */
  private static void bindLasting(CamelContext context, Parts parts, Generations generations) {
    Wait wait = new Wait(parts);
    Follow follow = new Follow(parts, generations);
    context.getRegistry().bind("leonardoHttp", new AsyncHttp(context));
    context.getRegistry().bind("leonardoWait", wait);
    context.getRegistry().bind("leonardoFollow", follow);
    context.addLifecycleStrategy(onStop(wait::drain));
    context.addLifecycleStrategy(onStop(follow::drain));
  }

  /** Before the routes drain, which would wait for what this lets go on. */
  private static LifecycleStrategy onStop(Runnable step) {
    return new LifecycleStrategySupport() {
      @Override
      public void onContextStopping(CamelContext stopping) {
        step.run();
      }
    };
  }
}
