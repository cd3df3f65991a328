package io.leonardoroutes.steer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.ProviderAccounts.Account;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.LimitKind;
import io.leonardoroutes.limits.LiveLimit;
import io.leonardoroutes.limits.LiveLimits;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.problem.RequestRejected;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code limits.camel.yaml} does: operators see the limits and budgets, set others while the
 * program runs, and take these back. What the settings have no budget for gets none here.
 *
 * <p>All calls throw {@link RequestRejected}: 403 unless the caller is an operator, 404 for a limit
 * that there is not, 400 or 422 for a body that cannot be used.
 */
public final class LimitStep {
  /**
   * The body that sets a limit.
   *
   * @param reason why, in words; may be left out
   */
  public record NewLimit(BigDecimal value, String reason) {}

  /** A limit of the settings. */
  private record Limit(LimitKind kind, String name, BigDecimal file, String unit) {}

  private static final Logger LOG = LoggerFactory.getLogger(LimitStep.class);

  /** Writes 100.50 as it was given, and not as 100.5. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

  private final FlowContext flow;
  private final LiveLimits live;

  /** By name. */
  private final Map<String, Limit> known = new TreeMap<>();

  public LimitStep(FlowContext flow) {
    this.flow = flow;
    this.live = flow.ledger().limits();
    flow.settings().accounts().all().stream().map(Account::limits).forEach(this::add);
    flow.settings().budgets().all().forEach(this::add);
  }

  private void add(AccountLimits of) {
    String account = of.account();
    add(LimitKind.CONCURRENT, account, of.concurrent());
    add(LimitKind.CREATES_PER_MINUTE, account, of.createsPerMinute());
    add(LimitKind.REQUESTS_PER_MINUTE, account, of.requestsPerMinute());
    add(LimitKind.BUDGET, account, of.budget());
  }

  private void add(PayerBudget of) {
    add(LimitKind.PAYER_DAY, of.name(), of.perDay());
    add(LimitKind.PAYER_MONTH, of.name(), of.perMonth());
  }

  private void add(LimitKind kind, String of, int file) {
    String name = kind.of(of);
    known.put(name, new Limit(kind, name, BigDecimal.valueOf(file), null));
  }

  private void add(LimitKind kind, String of, Budget file) {
    if (file != null) {
      String name = kind.of(of);
      known.put(name, new Limit(kind, name, file.perDay(), file.unit()));
    }
  }

  /** All limits. */
  public JsonNode list(@Header(Caller.HEADER) Object user) {
    operator(user);
    return JSON.valueToTree(new LimitState.LimitList(all()));
  }

  /** The same for callers in this program. */
  public List<LimitState> all() {
    Map<String, LiveLimit> set =
        live.all().stream().collect(Collectors.toMap(LiveLimit::name, Function.identity()));
    List<LimitState> all = new ArrayList<>();
    known.forEach((name, limit) -> all.add(state(limit, set.remove(name))));
    set.values().forEach(gone -> all.add(LimitState.of(gone.name(), null, null, gone)));
    return all;
  }

  private static LimitState state(Limit limit, LiveLimit set) {
    return LimitState.of(limit.name(), limit.file(), limit.unit(), set);
  }

  /** Sets a limit, from now on and for all instances. */
  public JsonNode set(
      @Header("name") Object header, @Header(Caller.HEADER) Object user, @Body String text) {
    Actor by = operator(user);
    Limit limit = known.get(FlowContext.inPath(header));
    if (limit == null) {
      throw unknown(header);
    }
    SteerBody body = SteerBody.read(text, Set.of("value", "reason"));
    BigDecimal amount = amount(limit, body.json().path("value"));
    LiveLimits.Change change = live.set(limit.name(), amount, by, body.reason());
    log(limit.name(), limit.file(), change, by, body.reason());
    return JSON.valueToTree(state(limit, change.after().orElse(null)));
  }

  private static BigDecimal amount(Limit limit, JsonNode value) {
    BigDecimal amount = value.isNumber() ? value.decimalValue() : null;
    if (amount == null || !limit.kind().allows(amount)) {
      throw SteerBody.unusable("value is " + limit.kind().allowed());
    }
    return amount;
  }

  /** Takes a limit back: the one in the settings is in force again. */
  public JsonNode remove(@Header("name") Object header, @Header(Caller.HEADER) Object user) {
    Actor by = operator(user);
    String name = FlowContext.inPath(header);
    Limit limit = known.get(name);
    LiveLimits.Change change = live.remove(name);
    if (limit == null && change.before().isEmpty()) {
      throw unknown(header);
    }
    log(name, limit == null ? null : limit.file(), change, by, null);
    return JSON.valueToTree(
        limit == null ? LimitState.of(name, null, null, null) : state(limit, null));
  }

  private void log(
      String name, BigDecimal file, LiveLimits.Change change, Actor by, String reason) {
    if (change.isNone()) {
      return;
    }
    String before = text(change.before(), file);
    String after = text(change.after(), file);
    LOG.warn("limit {} was {} and is {}, by an operator", name, before, after);
    SteerAudit.write(flow.clock().instant(), by, "limit", name, before, after, reason);
  }

  private static String text(Optional<LiveLimit> set, BigDecimal file) {
    return set.map(LiveLimit::amount)
        .or(() -> Optional.ofNullable(file))
        .map(BigDecimal::toPlainString)
        .orElse("none");
  }

  private Actor operator(Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    return new Actor(operator.name(), operator.source());
  }

  private RequestRejected unknown(Object header) {
    return new RequestRejected(
        404,
        "no-such-limit",
        "No such limit",
        "the settings have no limit %s: %s"
            .formatted(FlowContext.inPath(header), String.join(", ", known.keySet())));
  }
}
