package io.leonardoroutes;

import io.leonardoroutes.ledger.Job;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;

/**
 * How the provider is called: with the key, without redirects and without any retry of the client's
 * own.
 *
 * <p>A paid call needs a permit, which only the ledger's move to {@code SUBMITTING} gives out,
 * which it uses up and which ends before the ledger can put the attempt in doubt. So a route that
 * was edited to repeat the call, a redelivery policy around it, a retry inside the client or a
 * program that was asleep sends nothing.
 */
final class ProviderClient implements HttpClientConfigurer {
  static final String PERMIT = "Leonardo-Permit";

  private final String authorization;
  private final Clock clock;
  private final Map<String, Instant> permits = new ConcurrentHashMap<>();
  private final Map<String, String> underWay = new ConcurrentHashMap<>();

  ProviderClient(String apiKey, Clock clock) {
    this.authorization = "Bearer " + apiKey;
    this.clock = clock;
  }

  /**
   * Allows one paid call for this attempt of the job.
   *
   * @param until when the call must have been sent
   */
  String permit(Job submitting, Instant until) {
    String permit = name(submitting);
    underWay.put(permit, submitting.id());
    permits.put(permit, until);
    return permit;
  }

  /** Whether this very program is making that attempt, or writing down what became of it. */
  boolean isUnderWay(Job submitting) {
    return underWay.containsKey(name(submitting));
  }

  /** The jobs of the attempts that this program is making. */
  Collection<String> underWay() {
    return Set.copyOf(underWay.values());
  }

  /** The attempt is over, and with it its permit. */
  void over(Job submitting) {
    permits.remove(name(submitting));
    underWay.remove(name(submitting));
  }

  private static String name(Job job) {
    return job.id() + "/" + job.schedule().attempt();
  }

  @Override
  public void configureHttpClient(HttpClientBuilder client) {
    plain(client)
        // A kept connection may be closed under a request, and nobody would know whether it
        // arrived.
        .setConnectionReuseStrategy((request, response, context) -> false)
        .addRequestInterceptorLast((request, entity, context) -> prepare(request));
  }

  /** The same for hosts that are not the provider: no key, no redirects, no retries. */
  static HttpClientBuilder plain(HttpClientBuilder client) {
    return client
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableContentCompression()
        .disableAuthCaching();
  }

  private void prepare(HttpRequest request) throws ConnectTimeoutException {
    if (Method.POST.isSame(request.getMethod())) {
      Header permit = request.getFirstHeader(PERMIT);
      Instant until = permit == null ? null : permits.remove(permit.getValue());
      if (until == null) {
        throw new IllegalStateException(
            "this paid call was not allowed by the ledger, or was made");
      }
      if (clock.instant().isAfter(until)) {
        throw new ConnectTimeoutException("the connection came too late for this paid call");
      }
    }
    request.removeHeaders(PERMIT);
    request.setHeader(HttpHeaders.AUTHORIZATION, authorization);
  }
}
