package io.leonardoroutes.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class VideoHostsTest {
  private static final VideoHosts HOSTS =
      new VideoHosts(
          List.of("cdn.leonardo.ai", " Files.Example.com:443 ", "127.0.0.1:8080", "[::1]"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://cdn.leonardo.ai/users/a/generations/b/c.mp4?sig=%2F&x=1",
        "https://cdn.leonardo.ai:443/c.mp4",
        "HTTPS://CDN.Leonardo.AI/c.mp4",
        "https://files.example.com/c.mp4",
        "https://127.0.0.1:8080/c.mp4",
        "http://127.0.0.1:8080/c.mp4",
        "http://[::1]/c.mp4",
        "https://cdn.leonardo.ai/c@evil.example/../d.mp4",
      })
  void aListedHostIsAllowed(String url) throws Exception {
    assertThat(HOSTS.allowed(url)).isEqualTo(URI.create(url));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          https://evil.example/c.mp4,             evil.example:443
          https://cdn.leonardo.ai.evil.example/c, cdn.leonardo.ai.evil.example:443
          https://evilcdn.leonardo.ai/c,          evilcdn.leonardo.ai:443
          https://leonardo.ai/c,                  leonardo.ai:443
          https://cdn.leonardo.ai:8443/c,         cdn.leonardo.ai:8443
          https://cdn.leonardo.ai:80/c,           cdn.leonardo.ai:80
          http://cdn.leonardo.ai:9876/c,          cdn.leonardo.ai:9876
          http://[::1]:99/c,                      [::1]:99
          https://files.example.com:444/c,        files.example.com:444
          http://127.0.0.1/c,                     127.0.0.1:80
          http://127.0.0.1:8081/c,                127.0.0.1:8081
          http://169.254.169.254/latest,          169.254.169.254:80
          https://localhost/c,                    localhost:443
          https://2130706433/c,                   2130706433:443
          https://xn--cdn-leonardo-abc.ai/c,      xn--cdn-leonardo-abc.ai:443
          """)
  void aHostThatIsNotListedIsRefusedByName(String url, String host) {
    assertThatThrownBy(() -> HOSTS.allowed(url))
        .isInstanceOf(DownloadFailed.NotAllowed.class)
        .hasMessage(
            "the video's host "
                + host
                + " is not allowed: leonardo.download.hosts has cdn.leonardo.ai,"
                + " files.example.com:443, 127.0.0.1:8080, [::1]");
  }

  @Test
  void onlyAnEntryThatSaysSoMayBeInside() {
    VideoHosts hosts =
        new VideoHosts(
            List.of(
                "cdn.leonardo.ai",
                "private:cdn.corp.example",
                "private:files.corp.example:8443",
                "localhost:8080",
                "127.0.0.1:9000",
                "[::1]"));

    assertThat(hosts.mayBePrivate("cdn.leonardo.ai", 443)).isFalse();
    assertThat(hosts.mayBePrivate("CDN.corp.example", 443)).isTrue();
    assertThat(hosts.mayBePrivate("cdn.corp.example", 9876)).isFalse();
    assertThat(hosts.mayBePrivate("files.corp.example", 8443)).isTrue();
    assertThat(hosts.mayBePrivate("files.corp.example", 443)).isFalse();
    assertThat(hosts.mayBePrivate("localhost", 8080)).isTrue();
    assertThat(hosts.mayBePrivate("127.0.0.1", 9000)).isTrue();
    assertThat(hosts.mayBePrivate("::1", 443)).isTrue();
    assertThat(hosts.mayBePrivate("proxy.corp.example", 3128)).isTrue();
  }

  @Test
  void plainHttpIsForLoopbackOnly() {
    assertThatThrownBy(() -> HOSTS.allowed("http://cdn.leonardo.ai/c.mp4"))
        .isInstanceOf(DownloadFailed.Hopeless.class)
        .hasMessage(
            "the video's host cdn.leonardo.ai is allowed over https only: plain http is for"
                + " loopback hosts of leonardo.download.hosts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://cdn.leonardo.ai@evil.example/c",
        "https://user:pw@cdn.leonardo.ai/c",
        "https://@cdn.leonardo.ai/c",
        "https://evil.example#@cdn.leonardo.ai/c",
        "https://cdn.leonardo.ai/c#f",
        "https://cdn.leonardo.ai./c",
        "https://cdn%2Eleonardo.ai/c",
        "https://cdn.leonardo.ai%00.evil.example/c",
        "https://cdn.leonardo.ai:0/c",
        "https://cdn.leonardo.ai:99999/c",
        "https://cdn.leonardo.ai:/c",
        "https://cdn.leonardo.ai:0443/c",
        "https://cdn.leonardo.ai\\@evil.example/c",
        "https://127.1/c",
        "https://0x7f.0.0.1/c",
        "https:///c",
        "https:cdn.leonardo.ai/c",
        "//cdn.leonardo.ai/c",
        "/c.mp4",
        "file:///etc/passwd",
        "ftp://cdn.leonardo.ai/c",
        "javascript:alert(1)",
      })
  void aUrlWithATrickInItIsRefused(String url) {
    assertThatThrownBy(() -> HOSTS.allowed(url))
        .isInstanceOf(DownloadFailed.Hopeless.class)
        .hasMessage(
            "the video's URL '"
                + url.replaceFirst("#.*", "")
                + "' is not plain: https://, a host of leonardo.download.hosts, an optional port"
                + " and a path, without user, fragment or encoded host");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        " https://cdn.leonardo.ai/c",
        "https://cdn.leonardo.ai/\nc",
        "https://cdn。leonardo。ai/c",
        "https://cdn.leonard\u043E.ai/c",
      })
  void aUrlThatIsNotPrintableAsciiIsRefused(String url) {
    assertThatThrownBy(() -> HOSTS.allowed(url))
        .isInstanceOf(DownloadFailed.Hopeless.class)
        .hasMessage("the video's URL is not a plain URL of 1 to 4096 printable ASCII characters");
  }

  @Test
  void withoutAnyHostNothingIsAllowed() {
    assertThatThrownBy(() -> new VideoHosts(List.of()).allowed("https://cdn.leonardo.ai/c"))
        .hasMessage(
            "the video's host cdn.leonardo.ai:443 is not allowed: leonardo.download.hosts has"
                + " none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*.leonardo.ai",
        "https://cdn.leonardo.ai",
        "cdn.leonardo.ai/x",
        "a b",
        "u@cdn.leonardo.ai",
        "cdn.leonardo.ai:",
        "cdn.leonardo.ai:99999",
        "private:",
        "private:*",
        "private:cdn.leonardo.ai:",
        "private:private:cdn.leonardo.ai",
        "cdn.leonardo.ai."
      })
  void anEntryThatIsNoHostNamesTheSetting(String entry) {
    assertThatThrownBy(() -> new VideoHosts(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "leonardo.download.hosts: '"
                + entry
                + "' is not a host with an optional port, such as cdn.leonardo.ai or"
                + " 127.0.0.1:8080");
  }
}
