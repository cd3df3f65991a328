package io.leonardoroutes;

import io.leonardoroutes.provider.BoundedClient;
import io.leonardoroutes.provider.CallTimer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.core5.ssl.SSLContexts;

/**
 * The HTTP clients, each with the longest time that one of its calls may take. They trust whom the
 * application's {@code https} component trusts.
 */
record HttpClients(CamelContext context, Settings settings, CallTimer timer) {

  static HttpClients of(CamelContext context, Settings settings) {
    CallTimer timer = new CallTimer();
    context.addLifecycleStrategy(
        new LifecycleStrategySupport() {
          @Override
          public void onContextStopped(CamelContext stopped) {
            timer.close();
          }
        });
    return new HttpClients(context, settings, timer);
  }

  /** For creates, looks, lists and accounts. */
  BoundedClient provider() {
    return bounded(settings.paidCall(), SystemDefaultDnsResolver.INSTANCE);
  }

  /** For videos. */
  BoundedClient downloads() {
    return bounded(settings.downloads().limits().maxTime(), SystemDefaultDnsResolver.INSTANCE);
  }

  private BoundedClient bounded(Duration limit, DnsResolver resolver) {
    HttpComponent https = context.getComponent("https", HttpComponent.class);
    try {
      return new BoundedClient(
          timer,
          limit,
          new BoundedClient.Tls(trusted(https), https.getX509HostnameVerifier()),
          resolver);
    } catch (GeneralSecurityException | IOException e) {
      throw new RuntimeCamelException("the https component has no certificates to trust", e);
    }
  }

  private SSLContext trusted(HttpComponent https) throws GeneralSecurityException, IOException {
    SSLContextParameters own = https.getSslContextParameters();
    if (own == null && https.isUseGlobalSslContextParameters()) {
      own = context.getSSLContextParameters();
    }
    if (own != null) {
      return own.createSSLContext(context);
    }
    return https.isUseSystemProperties()
        ? SSLContexts.createSystemDefault()
        : SSLContexts.createDefault();
  }
}
