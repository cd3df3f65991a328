package io.leonardoroutes.provider;

import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.http.BoundedClient;
import io.leonardoroutes.job.Job;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
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
 * Configures the HTTP client for the provider: it adds the API key of the account, follows no
 * redirects and makes no retries. A call names only the account; the key is looked up here for each
 * call, and never put on an exchange.
 *
 * <p>A paid call needs a permit. Only the ledger's move to {@code SUBMITTING} grants one; it is
 * good for one call, and expires before the ledger can put the attempt in doubt. So nothing is sent
 * twice or too late by a route that repeats the call, a redelivery policy around it, a retry inside
 * the client, or a program that was suspended.
 */
public final class ProviderClient implements HttpClientConfigurer {
  public static final String PERMIT = "Leonardo-Permit";

  /** Names the account whose key an unpaid call uses. A paid call uses the account of its job. */
  public static final String ACCOUNT = "Leonardo-Account";

  private final ProviderAccounts accounts;
  private final Supplier<Instant> now;
  private final Supplier<BoundedClient> bounded;
  private final ProviderClock clock;
  private final String freePost;
  private final Map<String, Permit> permits = new ConcurrentHashMap<>();
  private final Map<String, String> underWay = new ConcurrentHashMap<>();

  private record Permit(Instant until, String account) {}

  /**
   * @param now the time of the ledger's clock; throws while the ledger is unavailable
   * @param bounded limits of calls in time and size, read when endpoints are created
   */
  public ProviderClient(
      ProviderAccounts accounts,
      Supplier<Instant> now,
      Supplier<BoundedClient> bounded,
      ProviderClock clock,
      URI baseUrl) {
    this.accounts = accounts;
    this.now = now;
    this.bounded = bounded;
    this.clock = clock;
    this.freePost = baseUrl.getRawPath() + "/v1/init-image";
  }

  /**
   * Allows one paid call for this attempt of the job.
   *
   * @param until the latest time to send the call
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

  /** The ids of the jobs that this program is submitting or whose outcome it is recording. */
  public Collection<String> underWay() {
    return Set.copyOf(underWay.values());
  }

  /** Ends the attempt and its permit. */
  public void finish(Job submitting) {
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
        .addResponseInterceptorFirst((response, entity, context) -> received(response, context));
  }

  /** The settings for any host: no redirects, no retries. Adds no key. */
  static HttpClientBuilder plain(HttpClientBuilder client, BoundedClient bounded) {
    bounded.configure(client);
    return client
        // No keep-alive: the server may close an idle connection just as a request is sent, and it
        // would be unknown whether the request arrived.
        .setConnectionReuseStrategy((request, response, context) -> false)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableContentCompression()
        .disableAuthCaching();
  }

  private void prepare(HttpRequest request, HttpContext context) throws IOException {
    Permit permit = isPaid(request) ? usePermit(request) : null;
    String account = permit == null ? header(request, ACCOUNT) : permit.account();
    request.removeHeaders(PERMIT);
    request.removeHeaders(ACCOUNT);
    BoundedClient.authorize(context, "Bearer " + key(account));
    context.setAttribute(ACCOUNT, account);
    // Last, as fetching the key may take long.
    if (permit != null && isExpired(permit)) {
      throw new ConnectTimeoutException("the connection came too late for this paid call");
    }
  }

  /** Every POST is, except the one that begins an upload. */
  private boolean isPaid(HttpRequest request) {
    return Method.POST.isSame(request.getMethod()) && !freePost.equals(request.getPath());
  }

  /**
   * @throws ConnectException if the ledger is unavailable, and so could not record the outcome
   */
  private boolean isExpired(Permit permit) throws ConnectException {
    try {
      return now.get().isAfter(permit.until());
    } catch (RuntimeException e) {
      throw new ConnectException("nothing is paid that the ledger cannot keep");
    }
  }

  private void received(HttpResponse response, HttpContext context) {
    Header date = response.getFirstHeader("Date");
    clock.record(date == null ? null : date.getValue());
    if (response.getCode() == HttpStatus.SC_UNAUTHORIZED
        && context.getAttribute(ACCOUNT) instanceof String account) {
      accounts.find(account).ifPresent(known -> known.key().markRefused());
    }
  }

  /** Uses up the permit of a paid call. */
  private Permit usePermit(HttpRequest request) {
    String id = header(request, PERMIT);
    Permit permit = id == null ? null : permits.remove(id);
    if (permit == null) {
      throw new IllegalStateException(
          "the ledger has not permitted this paid call, or it was made already");
    }
    return permit;
  }

  /**
   * The account's key.
   *
   * @throws ConnectException if there is no key at present; nothing was sent, so the call may be
   *     repeated
   */
  private String key(String account) throws ConnectException {
    try {
      return accounts.find(String.valueOf(account)).orElseThrow().key().get();
    } catch (RuntimeException e) {
      throw new ConnectException("there is no key for account " + account);
    }
  }

  private static String header(HttpRequest request, String name) {
    Header header = request.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }
}
