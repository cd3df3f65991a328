package io.leonardoroutes.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyRoutesTest {
  private static final String PROXY = "http://proxy.corp:3128";

  private static String route(ProxySelector jvm, Map<String, String> environment, String url) {
    return String.valueOf(
        ProxyRoutes.inherited(
                new InheritedProxies(() -> jvm, environment),
                NoProxy.of(List.of("direct.test")),
                null)
            .proxyOf(URI.create(url)));
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS_PROXY, https://cloud.leonardo.ai/x, proxy.corp:3128",
    "https_proxy, https://cloud.leonardo.ai/x, proxy.corp:3128",
    "HTTPS_PROXY, http://erp.test/x, null",
    "http_proxy, http://erp.test/x, proxy.corp:3128",
    "http_proxy, https://erp.test/x, null",
    "HTTP_PROXY, http://erp.test/x, null",
    "HTTPS_PROXY, https://direct.test/x, null",
    "HTTPS_PROXY, https://localhost/x, null",
    "HTTPS_PROXY, https://a.localhost./x, null",
    "HTTPS_PROXY, https://127.0.0.1:8443/x, null",
    "HTTPS_PROXY, https://127.9.9.9/x, null",
    "HTTPS_PROXY, https://[::1]/x, null",
    "HTTPS_PROXY, https://0.0.0.0/x, null",
    "HTTPS_PROXY, https://10.1.2.3/x, proxy.corp:3128"
  })
  void theEnvironmentsProxyIsThatOfTheScheme(String variable, String url, String proxy) {
    assertThat(route(null, Map.of(variable, PROXY), url)).isEqualTo(proxy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "*; a.b; 1; true",
        "erp.corp; erp.corp; 80; true",
        "ERP.corp; erp.CORP.; 80; true",
        "erp.corp; a.erp.corp; 80; true",
        "erp.corp; notperp.corp; 80; false",
        "erp.corp; noterp.corp; 80; false",
        ".corp; erp.corp; 80; true",
        "*.corp; a.erp.corp; 80; true",
        "*.corp; xcorp; 80; false",
        "erp.corp:8080; erp.corp; 8080; true",
        "erp.corp:8080; erp.corp; 443; false",
        "10.1.2.3; 10.1.2.3; 1; true",
        "10.1.2.3:80; 10.1.2.3; 81; false",
        "10.0.0.0/8; 10.200.1.1; 1; true",
        "10.0.0.0/8; 11.0.0.1; 1; false",
        "10.0.0.0/8; 10.corp; 1; false",
        "192.168.128.0/17; 192.168.127.1; 1; false",
        "192.168.128.0/17; 192.168.200.1; 1; true",
        "0.0.0.0/0; 8.8.8.8; 1; true",
        "0.0.0.0/0; fd00::1; 1; false",
        "fd00::/8; [fd12::1]; 1; true",
        "[::1]:80; ::1; 80; true",
        "::1; [0:0:0:0:0:0:0:1]; 80; true",
        "; a.b; 1; false"
      })
  void theListMeansWhatNoProxyMeans(String list, String host, int port, boolean covered) {
    List<String> entries = list == null ? List.of() : List.of(list.split(","));
    String authority = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    ProxyRoutes routes =
        ProxyRoutes.through(() -> HttpProxy.parse(PROXY), NoProxy.of(entries), null);
    assertThat(routes.proxyOf(URI.create("https://" + authority + ":" + port)) == null)
        .isEqualTo(covered);
  }

  @Test
  void theEnvironmentsListIsHeededAndWhatIsNoEntryInItIsPassedOver() {
    Map<String, String> environment =
        Map.of("HTTPS_PROXY", PROXY, "no_proxy", "192.168.*, .corp b.test");
    assertThat(route(null, environment, "https://a.corp")).isEqualTo("null");
    assertThat(route(null, environment, "https://b.test")).isEqualTo("null");
    assertThat(route(null, environment, "https://c.test")).isEqualTo("proxy.corp:3128");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/8", "10.0.0.0/33", "10.*", "http://a", "a b", "a:b", ""})
  void anInvalidEntryIsRejected(String entry) {
    assertThatThrownBy(() -> NoProxy.of(List.of(entry)))
        .hasMessage("'%s' is no host, .domain, address or network such as 10.0.0.0/8", entry);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://canary@h:1",
        "socks5://canary@h:1",
        "http://canary:a#b@h:1",
        "http://canary:a/b@h:1",
        "http://canary@h:99999",
        "http://canary@h:0",
        "http://canary@:1",
        "http://canary@h:1/path",
        "http://canary:%zz@h:1",
        "canary@h:x",
        "http://can ary@h:1",
        "http://canary@h:1?a",
        ""
      })
  void aProxyThatCannotBeUsedIsRefusedWithoutItsText(String text) {
    assertThatThrownBy(
            () ->
                new InheritedProxies(
                    () -> null, Map.of("HTTPS_PROXY", text.isEmpty() ? "@" : text)))
        .hasMessage("HTTPS_PROXY of the environment is not http://[user:password@]host:port");
  }

  @ParameterizedTest
  @CsvSource({
    "proxy.corp, proxy.corp:80, ",
    "proxy.corp:3128, proxy.corp:3128, ",
    "HTTP://proxy.corp:3128/, proxy.corp:3128, ",
    "http://u:p%40+@h:1, h:1, Basic dTpwQCs=",
    "http://u@h:1, h:1, Basic dTo=",
    "http://[fd00::1]:1, [fd00::1]:1, "
  })
  void theFormsOfAProxy(String text, String name, String authorization) {
    HttpProxy proxy = HttpProxy.parse(text);
    assertThat(proxy).hasToString(name);
    assertThat(proxy.authorization()).isEqualTo(authorization);
  }

  /** As that of an application. */
  private static ProxySelector selecting(Proxy proxy) {
    return new ProxySelector() {
      @Override
      public List<Proxy> select(URI uri) {
        if (uri.getHost().equals("broken.test")) {
          throw new IllegalArgumentException();
        }
        return List.of(proxy);
      }

      @Override
      public void connectFailed(URI uri, SocketAddress address, IOException e) {
        throw new IllegalStateException();
      }
    };
  }

  @Test
  void theJvmsProxyComesBeforeTheEnvironments() {
    Map<String, String> environment = Map.of("HTTPS_PROXY", PROXY);
    ProxySelector jvm =
        selecting(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("jvm.corp", 8080)));
    assertThat(route(jvm, environment, "https://a.test")).isEqualTo("jvm.corp:8080");
    assertThat(route(jvm, environment, "https://127.0.0.1")).isEqualTo("null");
    assertThat(route(jvm, environment, "https://broken.test")).isEqualTo("proxy.corp:3128");
    assertThat(route(selecting(Proxy.NO_PROXY), environment, "https://a.test"))
        .isEqualTo("proxy.corp:3128");
    assertThat(route(selecting(Proxy.NO_PROXY), Map.of(), "https://a.test")).isEqualTo("null");
  }
}
