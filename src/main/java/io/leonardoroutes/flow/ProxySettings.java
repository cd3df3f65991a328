package io.leonardoroutes.flow;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.http.HttpProxy;
import io.leonardoroutes.http.InheritedProxies;
import io.leonardoroutes.http.NoProxy;
import io.leonardoroutes.http.ProxyRoutes;
import io.leonardoroutes.http.ProxyWatch;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.Secret;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.net.ProxySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads which proxy calls use, and reports its outages. */
final class ProxySettings {
  private static final String PROXY = "leonardo.http.proxy";
  private static final String NO_PROXY = "leonardo.http.no-proxy";
  private static final String NONE = "none";

  private ProxySettings() {}

  /**
   * Reads the two keys, or the variables and properties that every program honours.
   *
   * @param inside an address of this program itself, as {@code host:port}; null for none
   */
  static ProxyRoutes read(
      SettingReader keys, SecretRegistry secrets, Map<String, String> environment, String inside) {
    NoProxy direct = direct(keys, inside);
    if (!keys.isSet(PROXY)) {
      return ProxyRoutes.inherited(
          inherited(environment), direct, new Watch(secrets.outages(), () -> {}));
    }
    if (keys.text(PROXY).equals(NONE)) {
      return ProxyRoutes.none(new Watch(secrets.outages(), () -> {}));
    }
    Secret secret = secrets.optional(PROXY);
    return ProxyRoutes.through(
        new ProxyOfSetting(secret, secrets.outages()),
        direct,
        new Watch(secrets.outages(), secret::markRefused));
  }

  private static NoProxy direct(SettingReader keys, String inside) {
    List<String> entries = new ArrayList<>(keys.names(NO_PROXY));
    if (inside != null) {
      entries.add(inside);
    }
    try {
      return NoProxy.of(entries);
    } catch (IllegalArgumentException e) {
      throw new BadSetting(NO_PROXY, e.getMessage());
    }
  }

  private static InheritedProxies inherited(Map<String, String> environment) {
    try {
      return new InheritedProxies(ProxySelector::getDefault, environment);
    } catch (IllegalArgumentException e) {
      throw new BadSetting(PROXY, e.getMessage() + ": set the proxy here, or none");
    }
  }

  /** The proxy of the setting as it is now. If that is invalid, the last valid one stays. */
  private static final class ProxyOfSetting implements Supplier<HttpProxy> {
    private final Secret secret;
    private final Outages outages;
    private String read;
    private HttpProxy proxy;

    private ProxyOfSetting(Secret secret, Outages outages) {
      this.secret = secret;
      this.outages = outages;
      this.read = secret.get();
      try {
        this.proxy = HttpProxy.parse(read);
      } catch (IllegalArgumentException e) {
        throw new BadSetting(
            PROXY, e.getMessage() + ", nor none; to https:// addresses it makes a tunnel");
      }
    }

    @Override
    public synchronized HttpProxy get() {
      String now = secret.get();
      if (!now.equals(read)) {
        read = now;
        reread();
      }
      return proxy;
    }

    private void reread() {
      String usable = "a " + PROXY + " that can be used";
      try {
        proxy = HttpProxy.parse(read);
        outages.reportUp(usable);
      } catch (IllegalArgumentException e) {
        outages.reportWaiting(
            usable, PROXY + " has changed to what is " + e.getMessage() + ": the last one is used");
      }
    }
  }

  /** Reports once that a proxy is unavailable; the calls through it are not reported too. */
  private record Watch(Outages outages, Runnable refused) implements ProxyWatch {
    @Override
    public void proxyDown(HttpProxy proxy, String why, boolean asksForPassword) {
      outages.reportCause(name(proxy), why);
      if (asksForPassword) {
        refused.run();
      }
    }

    @Override
    public void targetUnreachable(String way, String why) {
      outages.reportCause(way, why);
    }

    @Override
    public void succeeded(HttpProxy proxy, String way) {
      outages.reportUp(name(proxy));
      outages.reportUp(way);
    }

    private static String name(HttpProxy proxy) {
      return "the proxy " + proxy;
    }
  }
}
