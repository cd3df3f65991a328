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
 * Hosts that are called without a proxy, listed as in {@code NO_PROXY}. Names are not resolved: an
 * address in the list covers only calls that name this address.
 */
public record NoProxy(List<Entry> entries) {
  /** The empty list. */
  public static final NoProxy NOTHING = new NoProxy(List.of());

  private static final Pattern WITH_PORT = Pattern.compile("(\\[.*]|[^:]+):(\\d{1,5})");
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern NETWORK = Pattern.compile("(.+)/(\\d{1,3})");

  /**
   * One entry of the list.
   *
   * @param name a domain, which covers its subdomains too; null for an address and for {@code *}
   * @param network an address, of which the first {@code bits} are compared; null for a name and
   *     for {@code *}
   * @param port -1 for any port
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
   * Parses entries of the forms {@code *}, {@code name}, {@code .name}, {@code *.name}, an address,
   * or a network such as {@code 10.0.0.0/8}. All but a network may have a port.
   *
   * @throws IllegalArgumentException for an entry of any other form
   */
  public static NoProxy of(List<String> entries) {
    return new NoProxy(entries.stream().map(NoProxy::entry).toList());
  }

  private static Entry entry(String text) {
    Matcher network = NETWORK.matcher(text);
    if (network.matches()) {
      byte[] address = address(withoutBrackets(network.group(1)));
      int bits = Integer.parseInt(network.group(2));
      if (address != null && bits <= address.length * 8) {
        return new Entry(null, address, bits, -1);
      }
      throw invalid(text);
    }
    boolean alone = InetAddressUtils.isIPv6(text);
    Matcher port = WITH_PORT.matcher(text);
    boolean withPort = !alone && port.matches();
    String host = withoutBrackets(withPort ? port.group(1) : text).toLowerCase(Locale.ROOT);
    int number = withPort ? Integer.parseInt(port.group(2)) : -1;
    byte[] address = address(host);
    if (address != null) {
      return new Entry(null, address, address.length * 8, number);
    }
    String name = host.replaceFirst("^\\*?\\.", "");
    if (host.equals("*") || NAME.matcher(name).matches()) {
      return new Entry(host.equals("*") ? null : name, null, 0, number);
    }
    throw invalid(text);
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no host, .domain, address or network such as 10.0.0.0/8");
  }

  /** Whether the host is called directly. */
  boolean covers(String host, int port) {
    String name = withoutBrackets(host).toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    byte[] address = address(name);
    return entries.stream().anyMatch(entry -> entry.covers(name, address, port));
  }

  /** Removes the brackets of an IPv6 address. */
  static String withoutBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** The bytes of an IP address; null for a name. */
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
