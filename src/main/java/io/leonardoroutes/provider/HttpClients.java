package io.leonardoroutes.provider;

import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.http.BoundedClient;
import io.leonardoroutes.http.CallTimer;
import io.leonardoroutes.http.PublicAddresses;
import io.leonardoroutes.video.VideoFolder;
import io.leonardoroutes.video.VideoHosts;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.ssl.SSLContexts;

/**
 * The HTTP clients for the provider, downloads and sinks, each with its own time limit for a call.
 * They trust the same certificates as the application's {@code https} component.
 */
public record HttpClients(CamelContext context, LeonardoSettings settings, CallTimer timer) {
  private static final String SINK = "#leonardoSink";
  private static final String SINK_WITH_OWN_CONNECTIONS = "#leonardoSinkOfItsOwn";

  /** Endpoint options that configure connections, and would be lost with a client of ours. */
  private static final Pattern CONNECTION_OPTION =
      Pattern.compile(
          "[?&](proxyHost|sslContextParameters|x509HostnameVerifier|clientConnectionManager|useSystemProperties"
              + "|maxTotalConnections|connectionsPerRoute|connectionTimeToLive|soTimeout"
              + "|httpConnection\\.[^=]*)=");

  /** Binds the clients under the names that route files use. */
  public void bind(
      Registry registry, ProviderClient provider, VideoFolder videos, VideoHosts pictures) {
    Map<String, HttpClientConfigurer> named =
        Map.of(
            "leonardoPicture",
            client -> ProviderClient.plain(client, pictures(pictures)),
            "leonardoProvider",
            provider,
            "leonardoDownload",
            client -> ProviderClient.plain(client, downloads(videos)),
            "leonardoForm",
            client -> ProviderClient.plain(client, forms()),
            SINK.substring(1),
            this::sink,
            SINK_WITH_OWN_CONNECTIONS.substring(1),
            this::sinkWithOwnConnections);
    named.forEach((name, client) -> registry.bind(name, HttpClientConfigurer.class, client));
  }

  public static HttpClients of(CamelContext context, LeonardoSettings settings) {
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

  /** For creates, polls, lists and accounts. */
  public BoundedClient provider() {
    return bounded(settings.paidCall(), SystemDefaultDnsResolver.INSTANCE);
  }

  /** For videos. */
  BoundedClient downloads(VideoFolder videos) {
    return bounded(
        settings.downloads().limits().maxTime(),
        new PublicAddresses(SystemDefaultDnsResolver.INSTANCE, videos::mayBePrivate));
  }

  /** For pictures that a request names by their address. */
  BoundedClient pictures(VideoHosts hosts) {
    return bounded(
        settings.paidCall(),
        new PublicAddresses(SystemDefaultDnsResolver.INSTANCE, hosts::mayBePrivate));
  }

  /** For pictures, which go where the provider says; into this network only if it is there too. */
  BoundedClient forms() {
    String provider = settings.provider().baseUrl().getHost();
    return bounded(
        settings.paidCall(),
        new PublicAddresses(
            SystemDefaultDnsResolver.INSTANCE, (host, port) -> host.equalsIgnoreCase(provider)));
  }

  /** For sinks; only the status of their answers matters. */
  void sink(HttpClientBuilder client) {
    sinkWithOwnConnections(client);
    bounded(settings.paidCall(), SystemDefaultDnsResolver.INSTANCE).connect(client);
  }

  /** For a sink that sets its own connection options. */
  void sinkWithOwnConnections(HttpClientBuilder client) {
    timer.discardBodies(client, settings.paidCall(), settings.downloads().limits().maxTime());
  }

  /**
   * Adds our client to the address of an HTTP sink, unless the address names one. Other sinks are
   * returned unchanged: their components have their own timeouts.
   */
  public static String bounded(String uri) {
    if (!LeonardoSettings.isOverHttp(uri)) {
      return uri;
    }
    boolean own = CONNECTION_OPTION.matcher(uri).find();
    return uri
        + (uri.contains("?") ? "&" : "?")
        + "httpClientConfigurer="
        + (own ? SINK_WITH_OWN_CONNECTIONS : SINK);
  }

  private BoundedClient bounded(Duration limit, DnsResolver resolver) {
    HttpComponent https = context.getComponent("https", HttpComponent.class);
    try {
      return new BoundedClient(
          timer,
          limit,
          new BoundedClient.Tls(trusted(https), https.getX509HostnameVerifier()),
          resolver,
          settings.routes());
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
