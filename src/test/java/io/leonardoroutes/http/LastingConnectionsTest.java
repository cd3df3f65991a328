package io.leonardoroutes.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.ssl.SSLContexts;
import org.junit.jupiter.api.Test;

class LastingConnectionsTest {
  @Test
  void anErrorInOneCallDoesNotEndTheClientForAllOthers() throws Exception {
    try (CallTimer timer = new CallTimer();
        ScriptedProvider provider = ScriptedProvider.start()) {
      CloseableHttpClient client = client(timer);
      try (client) {
        HttpEntity fatal =
            new EntityTemplate(
                10,
                null,
                null,
                out -> {
                  throw new StackOverflowError("here");
                });
        assertThat(post(client, provider, new ByteArrayEntity(new byte[10], null))).isPositive();
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> post(client, provider, fatal))
              .isInstanceOf(StackOverflowError.class);
        }

        assertThat(post(client, provider, new ByteArrayEntity(new byte[10], null))).isPositive();
      }
      assertThatThrownBy(() -> post(client, provider, new ByteArrayEntity(new byte[10], null)))
          .hasMessageContaining("shut down");
    }
  }

  private static CloseableHttpClient client(CallTimer timer) {
    HttpClientBuilder builder = HttpClientBuilder.create().disableAutomaticRetries();
    new BoundedClient(
            timer,
            Duration.ofMinutes(1),
            new BoundedClient.Tls(SSLContexts.createDefault(), new DefaultHostnameVerifier()),
            SystemDefaultDnsResolver.INSTANCE,
            ProxyRoutes.none(null))
        .configure(builder);
    return builder.build();
  }

  private static int post(CloseableHttpClient client, ScriptedProvider provider, HttpEntity body)
      throws IOException {
    HttpPost post = new HttpPost(URI.create(provider.baseUrl() + "/v2/generations"));
    post.setEntity(body);
    return client.execute(post, answer -> answer.getCode());
  }
}
