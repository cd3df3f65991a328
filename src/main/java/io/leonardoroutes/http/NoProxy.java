package io.leonardoroutes.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.net.InetAddressUtils;

/**
 * Hosts that are called directly, as {@code NO_PROXY} lists them. No name is looked up for it: an
 * address in the list covers calls to that very address.
 */
public record NoProxy(List<Entry> entries) {
  /** Covers nothing. */
  public static final NoProxy NOTHING = new NoProxy(List.of());

  private static final Pattern WITH_PORT = Pattern.compile("(\\[.*]|[^:]+):(\\d{1,5})");
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern NETWORK = Pattern.compile("(.+)/(\\d{1,3})");

  /**
   * One of the list.
   *
   * @param name and all below it; null for an address, and for {@code *}
   * @param network of which the first {@code bits} count; null for a name, and for {@code *}
   * @param port -1 for any
   */
  record Entry(String name, byte[] network, int bits, int port) {
    private boolean covers(String host, byte[] address, int number) {
      if (port != -1 && port != number) {
        return false;
      }
      if (network != null) {
        return address != null && begins(address);
      }
      return name == null || host.equals(name) || host.endsWith("." + name);
    }

    private boolean begins(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      int whole = bits / 8;
      int rest = bits % 8;
      int mask = 0xff00 >> rest & 0xff;
      return Arrays.equals(address, 0, whole, network, 0, whole)
          && (rest == 0 || (address[whole] & mask) == (network[whole] & mask));
    }
  }

  /**
   * Reads the entries: {@code *}, a name, {@code .name}, {@code *.name}, an address or a network as
   * {@code 10.0.0.0/8}; all but the last with an optional port.
   *
   * @throws IllegalArgumentException for what is none of these
   */
  public static NoProxy of(List<String> entries) {
    return new NoProxy(entries.stream().map(NoProxy::entry).toList());
  }

  private static Entry entry(String text) {
    Matcher network = NETWORK.matcher(text);
    if (network.matches()) {
      byte[] address = address(bare(network.group(1)));
      int bits = Integer.parseInt(network.group(2));
      if (address != null && bits <= address.length * 8) {
        return new Entry(null, address, bits, -1);
      }
      throw none(text);
    }
    boolean alone = InetAddressUtils.isIPv6(text);
    Matcher port = WITH_PORT.matcher(text);
    boolean withPort = !alone && port.matches();
    String host = bare(withPort ? port.group(1) : text).toLowerCase(Locale.ROOT);
    int number = withPort ? Integer.parseInt(port.group(2)) : -1;
    byte[] address = address(host);
    if (address != null) {
      return new Entry(null, address, address.length * 8, number);
    }
    String name = host.replaceFirst("^\\*?\\.", "");
    if (host.equals("*") || NAME.matcher(name).matches()) {
      return new Entry(host.equals("*") ? null : name, null, 0, number);
    }
    throw none(text);
  }

  private static IllegalArgumentException none(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no host, .domain, address or network such as 10.0.0.0/8");
  }

  /** Whether the host is called directly. */
  boolean covers(String host, int port) {
    String name = bare(host).toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    byte[] address = address(name);
    return entries.stream().anyMatch(entry -> entry.covers(name, address, port));
  }

  /** An IPv6 address without its brackets. */
  static String bare(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** The bytes of an address; null if it is a name. */
  static byte[] address(String host) {
    if (!IPV4.matcher(host).matches() && !InetAddressUtils.isIPv6(host)) {
      return null;
    }
    try {
      return InetAddress.getByName(host).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
