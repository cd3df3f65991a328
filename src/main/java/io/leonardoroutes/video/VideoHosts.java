package io.leonardoroutes.video;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts that a video may be fetched from, so that no answer of the provider can make the
 * program call an address inside the operator's network.
 *
 * <p>An entry is a host with an optional port ({@code cdn.leonardo.ai}, {@code 127.0.0.1:8080});
 * the default is the port of the scheme. Hosts are compared by name. A name must resolve to a
 * public address, unless the entry has the prefix {@code private:} or is itself an address or
 * {@code localhost}.
 */
public final class VideoHosts {
  static final String SETTING = "leonardo.download.hosts";
  private static final int LONGEST = 4_096;
  private static final Pattern PRINTABLE_ASCII = Pattern.compile("[!-~]+");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|\\[::1]|127(\\.(0|[1-9][0-9]{0,2})){3}");

  private static final String PRIVATE = "private:";
  private static final Pattern ADDRESS = Pattern.compile("localhost|\\[.*]|[0-9.]+");

  private final String setting;
  private final String what;
  private final List<String> listed;
  private final List<Entry> entries;

  /**
   * An allowed host.
   *
   * @param port -1 for the default port of the scheme
   */
  private record Entry(String host, int port, boolean mayBePrivate) {
    private boolean covers(URI uri) {
      return covers(uri.getHost(), VideoHosts.port(uri), isHttps(uri) ? 443 : 80);
    }

    private boolean covers(String name, int number, int own) {
      return host.equalsIgnoreCase(name) && number == (port == -1 ? own : port);
    }
  }

  /**
   * Checks the entries.
   *
   * @throws IllegalArgumentException for an entry that is not a host; the message names the setting
   */
  VideoHosts(List<String> entries) {
    this(entries, SETTING, "video");
  }

  /**
   * The same for something else than videos.
   *
   * @param setting the key of the entries
   * @param what what is fetched from these hosts
   */
  public VideoHosts(List<String> entries, String setting, String what) {
    this.setting = setting;
    this.what = what;
    this.listed = entries.stream().map(entry -> entry.strip().toLowerCase(Locale.ROOT)).toList();
    this.entries = listed.stream().map(this::entry).toList();
  }

  private Entry entry(String text) {
    boolean mayBePrivate = text.startsWith(PRIVATE);
    String host = mayBePrivate ? text.substring(PRIVATE.length()) : text;
    URI uri = parsed("https://" + host);
    if (uri == null || !uri.getRawAuthority().equals(host)) {
      throw new IllegalArgumentException(
          setting
              + ": '"
              + text
              + "' is not a host with an optional port, such as cdn.leonardo.ai or 127.0.0.1:8080");
    }
    return new Entry(
        uri.getHost(), uri.getPort(), mayBePrivate || ADDRESS.matcher(uri.getHost()).matches());
  }

  /**
   * Whether that host may be inside the operator's network; a listed one only if its entry allows
   * it.
   */
  public boolean mayBePrivate(String host, int port) {
    String name = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    boolean isListed = entries.stream().anyMatch(entry -> entry.host().equalsIgnoreCase(name));
    return !isListed
        || entries.stream()
            .filter(Entry::mayBePrivate)
            .anyMatch(entry -> entry.covers(name, port, port == 80 ? 80 : 443));
  }

  /** Parses a URL and checks that it may be called. */
  public URI allowed(String url) throws DownloadFailed {
    if (url == null || url.length() > LONGEST || !PRINTABLE_ASCII.matcher(url).matches()) {
      throw new DownloadFailed.Hopeless(
          "the "
              + what
              + "'s URL is not a plain URL of 1 to "
              + LONGEST
              + " printable ASCII characters");
    }
    URI uri = parsed(url);
    if (uri == null) {
      throw new DownloadFailed.Hopeless(
          "the "
              + what
              + "'s URL "
              + beginning(url)
              + " is not plain: https://, a host of "
              + setting
              + ", an optional port and a"
              + " path, without user, fragment or encoded host");
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    if (entries.stream().noneMatch(entry -> entry.covers(uri))) {
      throw new DownloadFailed.NotAllowed(
          setting,
          "the "
              + what
              + "'s host "
              + host
              + ":"
              + port(uri)
              + " is not allowed: "
              + setting
              + " has "
              + (listed.isEmpty() ? "none" : String.join(", ", listed)));
    }
    if (!isHttps(uri) && !LOOPBACK.matcher(host).matches()) {
      throw new DownloadFailed.Hopeless(
          "the "
              + what
              + "'s host "
              + host
              + " is allowed over https only: plain http is for loopback hosts of "
              + setting);
    }
    return uri;
  }

  /** Parses {@code scheme://host[:port][/path][?query]}; null for anything else. */
  private static URI parsed(String url) {
    try {
      URI uri = new URI(url).parseServerAuthority();
      String host = uri.getHost();
      boolean plain =
          (isHttps(uri) || "http".equalsIgnoreCase(uri.getScheme()))
              && host != null
              && !host.endsWith(".")
              && uri.getRawFragment() == null
              && uri.getPort() != 0
              && uri.getPort() <= 65_535
              && uri.getRawAuthority().equals(host + portSuffix(uri));
      return plain ? uri : null;
    } catch (URISyntaxException notAUrl) {
      return null;
    }
  }

  /** The URL up to the query, which may contain a signature. */
  private static String beginning(String url) {
    String shown = url.replaceFirst("[?#].*", "");
    return "'" + (shown.length() > 100 ? shown.substring(0, 100) + "..." : shown) + "'";
  }

  private static String portSuffix(URI uri) {
    return uri.getPort() == -1 ? "" : ":" + uri.getPort();
  }

  private static boolean isHttps(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  private static int port(URI uri) {
    if (uri.getPort() != -1) {
      return uri.getPort();
    }
    return isHttps(uri) ? 443 : 80;
  }
}
