package io.leonardoroutes.auth;

import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.Secret;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.List;

/**
 * The settings of the REST server.
 *
 * @param hosts names of the server besides localhost, which calls may be made to while
 *     authentication is off
 * @param keys the file with the callers' API keys
 * @param jwt null unless callers authenticate by token
 * @param tls null for plain HTTP
 * @param origins origins of the web pages that may call
 * @param perMinute allowed calls per minute and caller; 0 for no limit
 * @param batch how many requests one call may contain
 * @param connections limits on connections, in total and per address
 */
public record RestSettings(
    boolean enabled,
    String host,
    int port,
    List<String> hosts,
    Auth auth,
    Path keys,
    Jwt jwt,
    Tls tls,
    List<String> origins,
    int perMinute,
    int batch,
    CallerShares connections) {
  static final String KEYS = "leonardo.rest.keys";
  public static final String AUTH = "leonardo.rest.auth";
  private static final String ORIGINS = "leonardo.rest.cors.origins";
  public static final String RATE = "leonardo.rest.requests-per-minute";
  public static final String KEYSTORE = "leonardo.rest.tls.keystore";
  static final String JWT_KEY = "leonardo.rest.jwt.key";

  /** How callers authenticate. */
  public enum Auth {
    NONE,
    API_KEY,
    JWT
  }

  /**
   * Which tokens are accepted.
   *
   * @param algorithm RS256 or HS256
   * @param key the file with the public key (RS256) or the secret (HS256)
   * @param role JSON pointer to the role in the claims
   */
  public record Jwt(String algorithm, Path key, String issuer, String audience, String role) {}

  /** The server's own key and certificate. */
  public record Tls(Path keystore, Secret password, String type) {
    /** The current password of the keystore; empty for none. */
    public String secret() {
      return password == null ? "" : password.get();
    }

    /**
     * Opens the keystore.
     *
     * @throws BadSetting if it cannot be opened
     */
    public void check() {
      try (InputStream in = Files.newInputStream(keystore)) {
        KeyStore.getInstance(type).load(in, secret().toCharArray());
      } catch (KeyStoreException e) {
        throw new BadSetting(
            "leonardo.rest.tls.type",
            "'" + type + "' is not a type of keystore such as PKCS12 or JKS");
      } catch (IOException | GeneralSecurityException e) {
        throw new BadSetting(
            KEYSTORE,
            "cannot open " + keystore + " with leonardo.rest.tls.password: " + e.getMessage());
      }
    }

    @Override
    public String toString() {
      return "Tls[" + keystore + "]";
    }
  }

  /** Whether callers must authenticate. */
  public boolean authenticates() {
    return auth != Auth.NONE;
  }

  public String address() {
    return "%s://%s:%s".formatted(tls == null ? "http" : "https", host, port);
  }

  public static RestSettings read(SettingReader keys, SecretRegistry secrets) {
    boolean enabled = keys.flag("leonardo.rest.enabled");
    String host = keys.text("leonardo.rest.host");
    Auth auth = auth(keys.text(AUTH));
    if (enabled && auth == Auth.NONE) {
      mustBeLoopback(host);
    }
    return new RestSettings(
        enabled,
        host,
        keys.integer("leonardo.rest.port", 1, 65_535),
        keys.names("leonardo.rest.hosts"),
        auth,
        Path.of(keys.text(KEYS)),
        auth == Auth.JWT ? jwt(keys) : null,
        tls(keys, secrets),
        origins(keys),
        keys.optional(RATE) == null ? 0 : keys.integer(RATE, 1, 10_000_000),
        keys.integer("leonardo.rest.batch", 1, 1_000),
        new CallerShares(
            keys.integer("leonardo.rest.connections", 1, 1_000_000),
            keys.integer("leonardo.rest.connections-per-address", 1, 1_000_000)));
  }

  private static Auth auth(String text) {
    return switch (text) {
      case "none" -> Auth.NONE;
      case "api-key" -> Auth.API_KEY;
      case "jwt" -> Auth.JWT;
      default -> throw new BadSetting(AUTH, "'" + text + "' is not one of none, api-key, jwt");
    };
  }

  private static Jwt jwt(SettingReader keys) {
    String algorithm = keys.text("leonardo.rest.jwt.algorithm");
    if (!algorithm.equals("RS256") && !algorithm.equals("HS256")) {
      throw new BadSetting(
          "leonardo.rest.jwt.algorithm", "'" + algorithm + "' is neither RS256 nor HS256");
    }
    String role = keys.text("leonardo.rest.jwt.role");
    if (!role.matches("(/([^/~]|~[01])*)+")) {
      throw new BadSetting(
          "leonardo.rest.jwt.role", "'" + role + "' is not a JSON pointer such as /role");
    }
    Path key = Path.of(required(keys, JWT_KEY));
    if (algorithm.equals("HS256")) {
      OthersAccess.warnOfSecret(JWT_KEY, key);
    } else {
      OthersAccess.warnOfChanges(JWT_KEY, key);
    }
    return new Jwt(
        algorithm,
        key,
        required(keys, "leonardo.rest.jwt.issuer"),
        required(keys, "leonardo.rest.jwt.audience"),
        role);
  }

  private static Tls tls(SettingReader keys, SecretRegistry secrets) {
    String keystore = keys.optional(KEYSTORE);
    if (keystore == null) {
      return null;
    }
    Tls tls =
        new Tls(
            Path.of(keystore),
            secrets.optional("leonardo.rest.tls.password"),
            keys.text("leonardo.rest.tls.type"));
    tls.check();
    OthersAccess.warnOfSecret(KEYSTORE, tls.keystore());
    return tls;
  }

  private static List<String> origins(SettingReader keys) {
    List<String> origins = keys.names(ORIGINS);
    for (String origin : origins) {
      if (!origin.matches("https?://[a-z0-9.-]+(:\\d{1,5})?")) {
        throw new BadSetting(
            ORIGINS, "'" + origin + "' is not an origin such as https://www.example.com");
      }
    }
    return origins;
  }

  private static String required(SettingReader keys, String key) {
    String text = keys.optional(key);
    if (text == null) {
      throw new BadSetting(key, "not set, and " + AUTH + "=jwt needs it");
    }
    return text;
  }

  private static void mustBeLoopback(String host) {
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress()) {
        throw new BadSetting(
            "leonardo.rest.host",
            host
                + " would let the network spend money without authentication: set "
                + AUTH
                + ", or use a loopback address, with a gateway that authenticates before it");
      }
    } catch (UnknownHostException e) {
      throw new BadSetting("leonardo.rest.host", "'" + host + "' is not known");
    }
  }
}
