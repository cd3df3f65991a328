package io.leonardoroutes.provider;

import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.http.BoundedClient;
import io.leonardoroutes.job.Job;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * How the provider is called: with the key of the job's account, without redirects and without any
 * retry of the client's own. A call says the account's name alone; the key is looked up here, at
 * each call, and never stands on an exchange.
 *
 * <p>A paid call needs a permit, which only the ledger's move to {@code SUBMITTING} gives out,
 * which it uses up and which ends before the ledger can put the attempt in doubt. So a route that
 * was edited to repeat the call, a redelivery policy around it, a retry inside the client or a
 * program that was asleep sends nothing.
 */
public final class ProviderClient implements HttpClientConfigurer {
  public static final String PERMIT = "Leonardo-Permit";

  /** Names the account whose key an unpaid call uses. A paid call uses the account of its job. */
  public static final String ACCOUNT = "Leonardo-Account";

  private final ProviderAccounts accounts;
  private final Supplier<Instant> now;
  private final Supplier<BoundedClient> bounded;
  private final ProviderClock clock;
  private final Map<String, Permit> permits = new ConcurrentHashMap<>();
  private final Map<String, String> underWay = new ConcurrentHashMap<>();

  private record Permit(Instant until, String account) {}

  /**
   * @param now the time by the ledger; fails while the ledger is away
   * @param bounded how long calls last and how much they bring, once endpoints are made
   */
  public ProviderClient(
      ProviderAccounts accounts,
      Supplier<Instant> now,
      Supplier<BoundedClient> bounded,
      ProviderClock clock) {
    this.accounts = accounts;
    this.now = now;
    this.bounded = bounded;
    this.clock = clock;
  }

  /**
   * Allows one paid call for this attempt of the job.
   *
   * @param until when the call must have been sent
   */
  public String permit(Job submitting, Instant until) {
    String permit = name(submitting);
    underWay.put(permit, submitting.id());
    permits.put(permit, new Permit(until, submitting.account()));
    return permit;
  }

  /** Whether this program is making that attempt, or recording its outcome. */
  public boolean isUnderWay(Job submitting) {
    return underWay.containsKey(name(submitting));
  }

  /** The jobs whose attempts this program is making. */
  public Collection<String> underWay() {
    return Set.copyOf(underWay.values());
  }

  /** The attempt is over, and with it its permit. */
  public void over(Job submitting) {
    permits.remove(name(submitting));
    underWay.remove(name(submitting));
  }

  private static String name(Job job) {
    return job.id() + "/" + job.schedule().attempt();
  }

  @Override
  public void configureHttpClient(HttpClientBuilder client) {
    plain(client, bounded.get())
        .addRequestInterceptorLast((request, entity, context) -> prepare(request, context))
        .addResponseInterceptorFirst((response, entity, context) -> answered(response, context));
  }

  /** The same for hosts that are not the provider: no key, no redirects, no retries. */
  static HttpClientBuilder plain(HttpClientBuilder client, BoundedClient bounded) {
    bounded.configure(client);
    return client
        // A kept connection may be closed under a request, and nobody would know whether it
        // arrived.
        .setConnectionReuseStrategy((request, response, context) -> false)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableContentCompression()
        .disableAuthCaching();
  }

  private void prepare(HttpRequest request, HttpContext context) throws IOException {
    Permit permit = Method.POST.isSame(request.getMethod()) ? paid(request) : null;
    String account = permit == null ? said(request, ACCOUNT) : permit.account();
    request.removeHeaders(PERMIT);
    request.removeHeaders(ACCOUNT);
    BoundedClient.authorize(context, "Bearer " + key(account));
    context.setAttribute(ACCOUNT, account);
    // Last, as fetching the key may take long.
    if (permit != null && isOver(permit)) {
      throw new ConnectTimeoutException("the connection came too late for this paid call");
    }
  }

  /**
   * @throws ConnectException if the ledger is away, and could not keep what this call brings
   */
  private boolean isOver(Permit permit) throws ConnectException {
    try {
      return now.get().isAfter(permit.until());
    } catch (RuntimeException e) {
      throw new ConnectException("nothing is paid that the ledger cannot keep");
    }
  }

  private void answered(HttpResponse response, HttpContext context) {
    Header date = response.getFirstHeader("Date");
    clock.answered(date == null ? null : date.getValue());
    if (response.getCode() == HttpStatus.SC_UNAUTHORIZED
        && context.getAttribute(ACCOUNT) instanceof String account) {
      accounts.find(account).ifPresent(known -> known.key().refused());
    }
  }

  /** Uses up the permit of a paid call. */
  private Permit paid(HttpRequest request) {
    String said = said(request, PERMIT);
    Permit permit = said == null ? null : permits.remove(said);
    if (permit == null) {
      throw new IllegalStateException("this paid call was not allowed by the ledger, or was made");
    }
    return permit;
  }

  /**
   * The account's key.
   *
   * @throws ConnectException if there is none now: nothing has left, so it may be tried again
   */
  private String key(String account) throws ConnectException {
    try {
      return accounts.find(String.valueOf(account)).orElseThrow().key().get();
    } catch (RuntimeException e) {
      throw new ConnectException("there is no key for account " + account);
    }
  }

  private static String said(HttpRequest request, String name) {
    Header header = request.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }
}
