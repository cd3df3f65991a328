package io.leonardoroutes.http;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.apache.hc.client5.http.DnsResolver;

/**
 * A DNS resolver that returns only public addresses, so that no name can lead into the operator's
 * network. Each connection is made to the addresses returned here, with no second lookup, so that
 * DNS rebinding cannot change them after the check.
 *
 * @param resolver the resolver to filter
 * @param exempt hosts that may have private addresses
 */
public record PublicAddresses(DnsResolver resolver, Exempt exempt) implements DnsResolver {

  /** Decides which hosts may have private addresses. */
  public interface Exempt {
    boolean mayBePrivate(String host, int port);
  }

  /** Thrown if a name resolves to private addresses only. */
  public static final class PrivateAddress extends UnknownHostException {
    private static final long serialVersionUID = 1L;
    private final String host;

    private PrivateAddress(String host, InetAddress address) {
      super(host + " leads to " + address.getHostAddress() + ", which is not a public address");
      this.host = host;
    }

    /** The name that was resolved. */
    public String host() {
      return host;
    }
  }

  @Override
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    InetAddress[] all = resolver.resolve(host);
    List<InetSocketAddress> allowed =
        Arrays.stream(all)
            .filter(address -> isPublic(address) || exempt.mayBePrivate(host, port))
            .map(address -> new InetSocketAddress(address, port))
            .toList();
    if (allowed.isEmpty() && all.length > 0) {
      throw new PrivateAddress(host, all[0]);
    }
    return allowed;
  }

  /** Resolves without exemptions, since they depend on the port. */
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    return resolve(host, 0).stream().map(InetSocketAddress::getAddress).toArray(InetAddress[]::new);
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return resolver.resolveCanonicalHostname(host);
  }

  /** Whether an address is public, by the IANA special-purpose registries (RFC 6890 and later). */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    int[] bytes = unsigned(address.getAddress());
    return address instanceof Inet4Address
        ? isPublic4(bytes)
        : address instanceof Inet6Address && isPublic6(bytes);
  }

  private static boolean isPublic4(int[] b) {
    boolean own = b[0] == 0 || b[0] >= 240;
    boolean carrier = b[0] == 100 && b[1] >= 64 && b[1] < 128;
    boolean protocols = b[0] == 192 && b[1] == 0 && b[2] == 0;
    boolean benchmarks = b[0] == 198 && (b[1] == 18 || b[1] == 19);
    return !own && !carrier && !protocols && !benchmarks;
  }

  /**
   * Global unicast (2000::/3) without its special ranges and 6to4, or NAT64 of a public address.
   */
  private static boolean isPublic6(int[] b) {
    boolean global = (b[0] & 0xe0) == 0x20;
    boolean special = b[0] == 0x20 && b[1] == 0x01 && b[2] < 2;
    boolean sixToFour = b[0] == 0x20 && b[1] == 0x02;
    boolean nat64 = b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b && zero(b, 4, 12);
    return nat64 ? isPublicMapped(b) : global && !special && !sixToFour;
  }

  private static boolean isPublicMapped(int[] b) {
    byte[] v4 = {(byte) b[12], (byte) b[13], (byte) b[14], (byte) b[15]};
    try {
      return isPublic(InetAddress.getByAddress(v4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static boolean zero(int[] bytes, int from, int to) {
    return Arrays.stream(bytes, from, to).allMatch(one -> one == 0);
  }

  private static int[] unsigned(byte[] bytes) {
    int[] unsigned = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      unsigned[i] = bytes[i] & 0xff;
    }
    return unsigned;
  }
}
