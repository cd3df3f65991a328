package io.leonardoroutes.auth;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.FileVersion;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON Web Tokens of one issuer, for one audience, signed by one algorithm with one key, and with
 * an end. Their {@code sub} is the caller's name.
 */
public final class JwtTokens implements CallerLookup {
  private static final int SECONDS_THAT_CLOCKS_DIFFER = 30;
  private static final int SHORTEST_SECRET = 32;
  private static final String PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----";

  private static final Logger LOG = LoggerFactory.getLogger(JwtTokens.class);

  private final RestSettings.Jwt settings;
  private final Vertx vertx;
  private final Outages outages;
  private final JsonPointer role;
  private volatile Reading reading;

  private record Reading(FileVersion version, JWTAuth tokens) {}

  /**
   * Reads the key, and again whenever its file changes. One that is none changes nothing then.
   *
   * @throws BadSetting if it is none for the algorithm
   */
  public JwtTokens(RestSettings.Jwt settings, Vertx vertx, Outages outages) {
    this.settings = settings;
    this.vertx = vertx;
    this.outages = outages;
    this.role = JsonPointer.from(settings.role());
    this.reading = new Reading(version(), read());
  }

  private JWTAuth tokens() {
    try {
      FileVersion now = version();
      if (!now.equals(reading.version())) {
        reading = new Reading(now, read());
        LOG.info("{} has changed: the new one is used from now on", RestSettings.JWT_KEY);
      }
      outages.reportUp(RestSettings.JWT_KEY);
    } catch (BadSetting e) {
      outages.met(RestSettings.JWT_KEY, e.why() + "; the last one is used");
    }
    return reading.tokens();
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
                    .setLeeway(SECONDS_THAT_CLOCKS_DIFFER));
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
    // A public key is known to everybody: as a secret it would let everybody in.
    if (settings.algorithm().equals("HS256")
        && (text.length() < SHORTEST_SECRET || text.startsWith("-----BEGIN"))) {
      throw new BadSetting(
          RestSettings.JWT_KEY,
          settings.key() + " is not a secret of " + SHORTEST_SECRET + " characters or more");
    }
    return text;
  }

  @Override
  public Optional<Caller> who(String token) {
    try {
      if (!isPlain(token)) {
        return Optional.empty();
      }
      // It is decided at once; what were not, would be a no.
      Future<User> user = tokens().authenticate(new TokenCredentials(token));
      return user.succeeded()
          ? caller(user.result().attributes().getJsonObject("accessToken"))
          : Optional.empty();
    } catch (RuntimeException e) {
      // Claims of a type that they cannot have.
      return Optional.empty();
    }
  }

  /**
   * Whether its header asks for nothing that is not done here: an extension that must be understood
   * ({@code crit}, RFC 7515, 4.1.11), or a payload that is no Base64 ({@code b64}, RFC 7797).
   */
  private boolean isPlain(String token) {
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
    boolean named = claims.getValue("sub") instanceof String name && name.matches(Caller.NAME);
    return ends && named
        ? Optional.of(new Caller(claims.getString("sub"), isOperator(role.queryJson(claims))))
        : Optional.empty();
  }

  private static boolean isOperator(Object role) {
    return role instanceof JsonArray roles ? roles.contains("operator") : "operator".equals(role);
  }
}
