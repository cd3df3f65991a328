package io.leonardoroutes.drift;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code drift.camel.yaml}: they ask each account for its models, and tell which of
 * ours it does not list and which have other rules now.
 */
public final class DriftStep {
  private static final Logger LOG = LoggerFactory.getLogger(DriftStep.class);

  private final FlowContext flow;

  /** By model, the JSON Schema of its parameters. */
  private final Map<String, JsonNode> ours = new TreeMap<>();

  private final Map<Checked, Finding> findings = new ConcurrentHashMap<>();

  /** A model of ours at an account. */
  private record Checked(String account, String model) {}

  private record Finding(boolean listed, List<String> differences) {}

  /**
   * @param schemas by model, the JSON Schema of a whole request
   */
  public DriftStep(FlowContext flow, Map<String, ? extends JsonNode> schemas) {
    this.flow = flow;
    schemas.forEach((model, schema) -> ours.put(model, schema.at("/properties/parameters")));
  }

  /** The names of our models. */
  public Set<String> models() {
    return ours.keySet();
  }

  /** 1 if the account lists the model, 0 if it does not, NaN while that is not known. */
  public double isListed(String account, String model) {
    Finding found = findings.get(new Checked(account, model));
    return found == null ? Double.NaN : found.listed() ? 1 : 0;
  }

  /** How many of its rules differ from ours, as far as it is known. */
  public double differences(String account, String model) {
    Finding found = findings.get(new Checked(account, model));
    return found == null ? Double.NaN : found.differences().size();
  }

  /** What is not as we know it, in words. */
  public List<String> told() {
    return findings.entrySet().stream()
        .map(found -> words(found.getKey(), found.getValue()))
        .flatMap(Optional::stream)
        .sorted()
        .toList();
  }

  private static Optional<String> words(Checked checked, Finding found) {
    String model = ProviderAccounts.ofAccount(checked.model(), checked.account());
    if (!found.listed()) {
      return Optional.of(model + " is not listed");
    }
    return found.differences().isEmpty()
        ? Optional.empty()
        : Optional.of(model + ": " + String.join(", ", found.differences()));
  }

  /** The accounts to ask. */
  public List<String> due() {
    return List.copyOf(flow.settings().accounts().names());
  }

  /** Prepares the call for the account in the body, and says whether to make it. */
  public void begin(Exchange exchange) {
    Message message = exchange.getMessage();
    String account = message.getBody(String.class);
    boolean may =
        !flow.outages()
            .query(
                () ->
                    flow.settings().accounts().find(account).stream()
                        .filter(one -> flow.ledger().governor().call(one.limits()))
                        .toList())
            .isEmpty();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, account);
    message.setBody(null);
    exchange.setProperty(FlowProperties.PROBED_ACCOUNT, account);
    exchange.setProperty(FlowProperties.ASK, may);
    ProviderResponse.keepCompressed(exchange);
  }

  /** Compares what the account lists with ours. */
  public void read(Exchange exchange) {
    String account = exchange.getProperty(FlowProperties.PROBED_ACCOUNT, String.class);
    ProviderResponse answer = ProviderResponse.ofList(exchange, flow.settings());
    Optional<ListedModels> listed =
        answer.failure() == null
            ? ListedModels.read(answer.status(), answer.body())
            : Optional.empty();
    listed.ifPresentOrElse(
        models -> ours.forEach((model, schema) -> compare(account, model, schema, models)),
        () -> LOG.debug("account {} shows no models: {}", account, answer.status()));
  }

  private void compare(String account, String model, JsonNode schema, ListedModels listed) {
    Finding found =
        listed
            .schema(model)
            .map(theirs -> new Finding(true, SchemaDifference.between(schema, theirs)))
            .orElse(new Finding(false, List.of()));
    Checked checked = new Checked(account, model);
    Finding before = findings.put(checked, found);
    if (found.equals(before)) {
      return;
    }
    words(checked, found)
        .ifPresentOrElse(
            words -> LOG.warn("the provider's models are not as we know them: {}", words),
            () -> LOG.info("the provider has {} by our rules", model));
  }

  /** It is asked again in a day; nothing depends on it. */
  public void unanswered(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    LOG.debug("the models of the account are not known: {}", failure.getMessage());
  }
}
