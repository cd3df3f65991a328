package io.leonardoroutes.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.health.Outages;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose tokens are believed; the tokens are made here, letter by letter. */
class TokensTest {
  private static final long NOW = Instant.now().getEpochSecond();
  private static final String RS256 = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
  private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  private static final String SECRET = "a secret of more than thirty-two characters";

  @TempDir static Path folder;
  private static KeyPair ours;
  private static String pem;
  private static App app;
  private static RestClient rest;

  @BeforeAll
  static void open() throws Exception {
    ours = pair();
    pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(ours.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    app =
        App.onlyRest(folder)
            .with("leonardo.rest.auth", "jwt")
            .with("leonardo.rest.jwt.key", Files.writeString(folder.resolve("pem"), pem).toString())
            .with("leonardo.rest.jwt.issuer", "https://id.example.com")
            .with("leonardo.rest.jwt.audience", "leonardo-routes")
            .with("leonardo.rest.jwt.role", "/realm_access/roles")
            .start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private static String claims(String more) {
    return """
    {"iss":"https://id.example.com","aud":"leonardo-routes","sub":"erp","exp":%d%s}\
    """
        .formatted(NOW + 600, more);
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String signed(String header, String claims, PrivateKey key) throws Exception {
    String text = base64(header) + "." + base64(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + base64(signature.sign());
  }

  private static String signed(String header, String claims, String secret) throws Exception {
    String text = base64(header) + "." + base64(claims);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return text + "." + base64(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String ours(String claims) throws Exception {
    return signed(RS256, claims, ours.getPrivate());
  }

  private static HttpResponse<String> get(String token, String path) throws Exception {
    return rest.send("GET", path, "", "Authorization", "Bearer " + token);
  }

  private static int status(String token) throws Exception {
    return get(token, "/generations").statusCode();
  }

  @Test
  void theSubjectOfATokenIsTheCallerAndItsRoleSaysWhatItMay() throws Exception {
    HttpResponse<String> job =
        rest.post(InboxFixture.request("a"), "Authorization", "Bearer " + ours(claims("")));

    assertThat(job.statusCode()).as(job.body()).isEqualTo(202);
    assertThat(RestClient.json(job).get("caller").asText()).isEqualTo("erp");
    String path = "/generations/" + RestClient.json(job).get("id").asText();
    String other = claims("").replace("\"erp\"", "\"shop\"");
    assertThat(get(ours(other), path).statusCode()).isEqualTo(404);
    assertThat(get(ours(other), "/costs").statusCode()).isEqualTo(403);
    for (String role : new String[] {"\"operator\"", "[\"viewer\",\"operator\"]"}) {
      String operator = ours(claims(",\"realm_access\":{\"roles\":" + role + "}"));
      assertThat(get(operator, "/costs").statusCode()).isEqualTo(200);
    }
    for (String role : new String[] {"\"operators\"", "[\"viewer\"]", "{\"operator\":true}", "1"}) {
      String user = ours(claims(",\"realm_access\":{\"roles\":" + role + "}"));
      assertThat(get(user, "/costs").statusCode()).isEqualTo(403);
    }
  }

  @Test
  void aTokenThatIsNotSignedAsItMustBeIsNone() throws Exception {
    String good = ours(claims(""));
    String body = base64(claims(""));
    assertThat(status(good)).isEqualTo(200);

    for (String alg : new String[] {"none", "None", "NONE", "nOnE"}) {
      String header = base64("{\"alg\":\"" + alg + "\"}");
      assertThat(status(header + "." + body + ".")).isEqualTo(401);
      assertThat(status(header + "." + body)).isEqualTo(401);
      assertThat(status(header + good.substring(good.indexOf('.')))).isEqualTo(401);
    }
    assertThat(status(base64("{}") + "." + body + ".")).isEqualTo(401);
    assertThat(status(signed(HS256, claims(""), pem))).isEqualTo(401);
    assertThat(status(signed(HS256, claims(""), pem.strip()))).isEqualTo(401);
    assertThat(status(signed(RS256, claims(""), pair().getPrivate()))).isEqualTo(401);
    assertThat(status(good.substring(0, good.lastIndexOf('.')))).isEqualTo(401);
    assertThat(status(good.substring(0, good.lastIndexOf('.') + 1))).isEqualTo(401);
    assertThat(status(good.replace(body, base64(claims(",\"x\":1"))))).isEqualTo(401);
    KeyPair theirs = pair();
    String embedded =
        """
        {"alg":"RS256","jwk":{"kty":"RSA","n":"%s","e":"AQAB"},"x5c":["%s"]}\
        """
            .formatted(
                base64(theirs.getPublic().getEncoded()),
                Base64.getEncoder().encodeToString(theirs.getPublic().getEncoded()));
    assertThat(status(signed(embedded, claims(""), theirs.getPrivate()))).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'iss':'https://evil','aud':'leonardo-routes','sub':'erp','exp':EXP}",
        "{'aud':'leonardo-routes','sub':'erp','exp':EXP}",
        "{'iss':['https://id.example.com'],'aud':'leonardo-routes','sub':'erp','exp':EXP}",
        "{'iss':'https://id.example.com','aud':'another','sub':'erp','exp':EXP}",
        "{'iss':'https://id.example.com','aud':{'leonardo-routes':1},'sub':'erp','exp':EXP}",
        "{'iss':'https://id.example.com','sub':'erp','exp':EXP}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'erp'}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'erp','exp':OVER}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'erp','exp':'EXP'}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'erp','exp':null}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'erp','exp':EXP,'nbf':EXP}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','exp':EXP}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'','exp':EXP}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':'a b','exp':EXP}",
        "{'iss':'https://id.example.com','aud':'leonardo-routes','sub':['erp'],'exp':EXP}",
        "[]",
        "x"
      })
  void aTokenThatClaimsSomethingElseIsNone(String claims) throws Exception {
    String text =
        claims.replace("'", "\"").replace("EXP", "" + (NOW + 600)).replace("OVER", "" + (NOW - 60));

    assertThat(status(ours(text))).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'alg':'RS256','crit':['exp']}",
        "{'alg':'RS256','crit':['b64'],'b64':false}",
        "{'alg':'RS256','b64':false}",
        "{'alg':'RS256','b64':true}",
        "{'alg':'RS256','crit':[]}",
        "{'alg':'RS256','crit':null}",
        "{'alg':'RS256','cr\\u0069t':['x']}",
        "{'alg':'RS256','crit':['x'],'x':1,'typ':'JWT'}",
        "{'alg':'RS384'}",
        "{'alg':'HS256'}",
        "{'alg':'rs256'}",
        "{'alg':['RS256']}",
        "{'alg':'none','alg':'RS256','crit':['x']}",
        "{'typ':'JWT'}",
        "[]"
      })
  void aTokenWithAnUnsupportedHeaderIsRejected(String header) throws Exception {
    assertThat(status(signed(header.replace("'", "\""), claims(""), ours.getPrivate())))
        .isEqualTo(401);
  }

  @Test
  void oneOfSeveralAudiencesIsEnough() throws Exception {
    assertThat(
            status(ours(claims("").replace("\"leonardo-routes\"", "[\"a\",\"leonardo-routes\"]"))))
        .isEqualTo(200);
  }

  private static JwtTokens tokens(String algorithm, String key) throws Exception {
    return tokens(algorithm, key, System::nanoTime);
  }

  private static JwtTokens tokens(String algorithm, String key, LongSupplier nanos)
      throws Exception {
    Path file = Files.writeString(folder.resolve("key"), key);
    return new JwtTokens(
        new RestSettings.Jwt(algorithm, file, "https://id.example.com", "leonardo-routes", "/role"),
        null,
        new Outages(),
        nanos);
  }

  @Test
  void aSharedSecretWorksForItsOwnAlgorithmAlone() throws Exception {
    JwtTokens tokens = tokens("HS256", SECRET + "\n");

    assertThat(tokens.identify(signed(HS256, claims(",\"role\":\"operator\""), SECRET)))
        .contains(new Caller("erp", true));
    assertThat(tokens.identify(signed(HS256, claims(""), SECRET + "x"))).isEmpty();
    assertThat(tokens.identify(ours(claims("")))).isEmpty();
    String none = base64("{\"alg\":\"none\"}") + "." + base64(claims("")) + ".";
    assertThat(tokens.identify(none)).isEmpty();
  }

  @Test
  void aChangedKeyIsUsedFromTheNextCallAndAnInvalidOneIsIgnored() throws Exception {
    String other = "another " + SECRET;
    JwtTokens tokens = tokens("HS256", SECRET);
    Path key = folder.resolve("key");
    String old = signed(HS256, claims(""), SECRET);
    String renewed = signed(HS256, claims(""), other);
    assertThat(tokens.identify(old)).isPresent();
    assertThat(tokens.identify(renewed)).isEmpty();

    Files.writeString(key, other);
    assertThat(tokens.identify(old)).isEmpty();
    assertThat(tokens.identify(renewed)).isPresent();

    try (LogCapture log = LogCapture.open()) {
      Files.writeString(key, "short");
      assertThat(tokens.identify(renewed)).isPresent();
      Files.delete(key);
      assertThat(tokens.identify(renewed)).isPresent();
      assertThat(log.with("jwt"))
          .containsExactly(
              "WARN leonardo.rest.jwt.key is away, retrying: "
                  + key
                  + " is not a secret of 32 characters or more; the last one is used");
    }
  }

  @Test
  void aLostKeyIsLookedForOnceASecondHoweverManyCallsThereAreAndToldOnce() throws Exception {
    String other = "another " + SECRET;
    AtomicLong nanos = new AtomicLong();
    JwtTokens tokens = tokens("HS256", SECRET, nanos::get);
    Path key = folder.resolve("key");
    String old = signed(HS256, claims(""), SECRET);
    String renewed = signed(HS256, claims(""), other);
    try (LogCapture log = LogCapture.open()) {
      Files.delete(key);
      for (int i = 0; i < 100; i++) {
        assertThat(tokens.identify(old)).isPresent();
        nanos.addAndGet(Duration.ofMillis(50).toNanos());
      }
      assertThat(tokens.identify(old)).isPresent();
      Files.writeString(key, other);

      assertThat(tokens.identify(renewed)).isEmpty();
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(tokens.identify(renewed)).isPresent();
      assertThat(log.with("jwt"))
          .containsExactly(
              "WARN leonardo.rest.jwt.key is away, retrying: cannot read "
                  + key
                  + "; the last one is used",
              "INFO leonardo.rest.jwt.key has changed: the new one is used from now on",
              "INFO leonardo.rest.jwt.key is back");
    }
  }

  @Test
  void aKeyThatIsNoneForItsAlgorithmStopsTheStart() {
    String file = folder.resolve("key").toString();
    assertThatThrownBy(() -> tokens("RS256", SECRET))
        .hasMessage(
            "leonardo.rest.jwt.key: " + file + " does not begin with -----BEGIN PUBLIC KEY-----");
    assertThatThrownBy(() -> tokens("RS256", "-----BEGIN PUBLIC KEY-----\nAAAA"))
        .hasMessage("leonardo.rest.jwt.key: there is no usable public key in " + file);
    for (String secret : new String[] {"", "too short", pem}) {
      assertThatThrownBy(() -> tokens("HS256", secret))
          .hasMessage(
              "leonardo.rest.jwt.key: " + file + " is not a secret of 32 characters or more");
    }
  }
}
