package io.leonardoroutes.auth;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.FileVersion;
import io.leonardoroutes.settings.ReadPause;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authenticates callers by JSON Web Tokens of one issuer, audience, algorithm and key. A token must
 * expire; its {@code sub} is the caller's name.
 */
public final class JwtTokens implements CallerLookup {
  private static final int CLOCK_LEEWAY_SECONDS = 30;
  private static final int SHORTEST_SECRET = 32;
  private static final String PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----";

  private static final Logger LOG = LoggerFactory.getLogger(JwtTokens.class);

  private final RestSettings.Jwt settings;
  private final Vertx vertx;
  private final Outages outages;
  private final JsonPointer role;
  private final ReadPause pause;
  private volatile Loaded loaded;

  private record Loaded(FileVersion version, JWTAuth tokens) {}

  /**
   * Reads the key, and reads it again whenever its file changes. A new key that is not valid is
   * ignored.
   *
   * @throws BadSetting if the key is not one for the algorithm
   */
  public JwtTokens(RestSettings.Jwt settings, Vertx vertx, Outages outages) {
    this(settings, vertx, outages, System::nanoTime);
  }

  JwtTokens(RestSettings.Jwt settings, Vertx vertx, Outages outages, LongSupplier nanos) {
    this.pause = new ReadPause(nanos);
    this.settings = settings;
    this.vertx = vertx;
    this.outages = outages;
    this.role = JsonPointer.from(settings.role());
    this.loaded = new Loaded(version(), read());
  }

  private JWTAuth tokens() {
    if (pause.isLost()) {
      return loaded.tokens();
    }
    FileVersion now = null;
    try {
      now = version();
      if (pause.isUnusable(now)) {
        return loaded.tokens();
      }
      if (!now.equals(loaded.version())) {
        loaded = new Loaded(now, read());
        LOG.info("{} has changed: the new one is used from now on", RestSettings.JWT_KEY);
      }
      pause.end();
      outages.reportUp(RestSettings.JWT_KEY);
    } catch (BadSetting e) {
      pause.begin(now);
      outages.reportExpiring(RestSettings.JWT_KEY, e.why() + "; the last one is used");
    }
    return loaded.tokens();
  }

  private FileVersion version() {
    try {
      return FileVersion.of(settings.key());
    } catch (IOException e) {
      throw new BadSetting(RestSettings.JWT_KEY, "cannot read " + settings.key());
    }
  }

  private JWTAuth read() {
    String key = key(settings);
    JWTAuthOptions options =
        new JWTAuthOptions()
            .addPubSecKey(new PubSecKeyOptions().setAlgorithm(settings.algorithm()).setBuffer(key))
            .setJWTOptions(
                new JWTOptions()
                    .setIssuer(settings.issuer())
                    .addAudience(settings.audience())
                    .setLeeway(CLOCK_LEEWAY_SECONDS));
    try {
      return JWTAuth.create(vertx, options);
    } catch (RuntimeException e) {
      throw new BadSetting(
          RestSettings.JWT_KEY, "there is no usable public key in " + settings.key());
    }
  }

  private static String key(RestSettings.Jwt settings) {
    String text;
    try {
      text = Files.readString(settings.key()).strip();
    } catch (IOException e) {
      throw new BadSetting(RestSettings.JWT_KEY, "cannot read " + settings.key());
    }
    if (settings.algorithm().equals("RS256") && !text.startsWith(PUBLIC_KEY)) {
      throw new BadSetting(
          RestSettings.JWT_KEY, settings.key() + " does not begin with " + PUBLIC_KEY);
    }
    // A public key used as an HMAC secret would let everybody in.
    if (settings.algorithm().equals("HS256")
        && (text.length() < SHORTEST_SECRET || text.startsWith("-----BEGIN"))) {
      throw new BadSetting(
          RestSettings.JWT_KEY,
          settings.key() + " is not a secret of " + SHORTEST_SECRET + " characters or more");
    }
    return text;
  }

  @Override
  public Optional<Caller> identify(String token) {
    try {
      if (!hasSupportedHeader(token)) {
        return Optional.empty();
      }
      // Completes at once; if it did not, the token would be rejected.
      Future<User> user = tokens().authenticate(new TokenCredentials(token));
      return user.succeeded()
          ? caller(user.result().attributes().getJsonObject("accessToken"))
          : Optional.empty();
    } catch (RuntimeException e) {
      // Malformed header or claims.
      return Optional.empty();
    }
  }

  /**
   * Whether the header requires nothing that is not supported here: critical extensions ({@code
   * crit}, RFC 7515, 4.1.11) or an unencoded payload ({@code b64}, RFC 7797).
   */
  private boolean hasSupportedHeader(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return false;
    }
    byte[] bytes = Base64.getUrlDecoder().decode(parts[0]);
    JsonObject header = new JsonObject(new String(bytes, StandardCharsets.UTF_8));
    return settings.algorithm().equals(header.getValue("alg"))
        && !header.containsKey("crit")
        && !header.containsKey("b64");
  }

  private Optional<Caller> caller(JsonObject claims) {
    boolean ends = claims.getValue("exp") instanceof Number;
    boolean hasName = claims.getValue("sub") instanceof String name && name.matches(Caller.NAME);
    return ends && hasName
        ? Optional.of(new Caller(claims.getString("sub"), isOperator(role.queryJson(claims))))
        : Optional.empty();
  }

  private static boolean isOperator(Object role) {
    return role instanceof JsonArray roles ? roles.contains("operator") : "operator".equals(role);
  }
}
