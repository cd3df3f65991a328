package io.leonardoroutes.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.impl.InMemoryDnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
  private static final String NAME = "cdn.test";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.170",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1"
      })
  void anAddressInsideIsNotFound(String address) throws Exception {
    assertThatThrownBy(() -> of(address).resolve(NAME, 443))
        .isInstanceOf(PublicAddresses.PrivateAddress.class)
        .isInstanceOf(UnknownHostException.class)
        .hasMessage(
            NAME
                + " leads to "
                + InetAddress.getByName(address).getHostAddress()
                + ", which is not a public address");
    assertThat(new PublicAddresses(found(address), (host, port) -> true).resolve(NAME, 443))
        .containsExactly(new InetSocketAddress(InetAddress.getByName(address), 443));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "64:ff9b::808:808"
      })
  void aPublicAddressIsFound(String address) throws Exception {
    assertThat(of(address).resolve(NAME, 443))
        .containsExactly(new InetSocketAddress(InetAddress.getByName(address), 443));
  }

  @Test
  void ofAMixtureOnlyThePublicOnesAreFound() throws Exception {
    assertThat(of("127.0.0.1", "8.8.8.8", "::1").resolve(NAME, 443))
        .containsExactly(new InetSocketAddress("8.8.8.8", 443));
  }

  private static PublicAddresses of(String... addresses) throws UnknownHostException {
    return new PublicAddresses(found(addresses), (host, port) -> false);
  }

  private static InMemoryDnsResolver found(String... addresses) throws UnknownHostException {
    InetAddress[] found = new InetAddress[addresses.length];
    for (int i = 0; i < addresses.length; i++) {
      found[i] = InetAddress.getByName(addresses[i]);
    }
    InMemoryDnsResolver resolver = new InMemoryDnsResolver();
    resolver.add(NAME, found);
    return resolver;
  }
}
