package io.leonardoroutes.jms;

import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.Keys;
import io.leonardoroutes.settings.Secret;
import io.leonardoroutes.settings.Secrets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The settings of the JMS intake.
 *
 * @param url null means the broker inside
 * @param user null means that no name is given
 * @param password asked for at each new connection; null means none
 * @param replies the queues and topics that callers may have answers at
 */
public record JmsSettings(
    String url,
    int port,
    JmsClient client,
    String user,
    Secret password,
    String requests,
    Pattern replies) {
  private static final String URL = "leonardo.jms.url";

  public static JmsSettings read(Keys keys, Secrets secrets) {
    String url = keys.optional(URL);
    JmsClient client = client(keys);
    if (url != null && !client.connectsTo(url)) {
      throw new BadSetting(URL, "'" + hidden(url) + "' is no address as " + client.example());
    }
    String user = keys.optional("leonardo.jms.user");
    if (url == null && user != null) {
      throw new BadSetting(
          "leonardo.jms.user", "the broker inside asks for no name; " + URL + " names another");
    }
    if (url == null && client != JmsClient.ARTEMIS) {
      throw new BadSetting("leonardo.jms.client", "the broker inside is artemis; set " + URL);
    }
    return new JmsSettings(
        url,
        keys.integer("leonardo.jms.port", 1, 65_535),
        client,
        user,
        secrets.oneIfSet("leonardo.jms.password"),
        keys.text("leonardo.jms.requests"),
        anyOf(keys.names("leonardo.jms.replies")));
  }

  private static JmsClient client(Keys keys) {
    String name = keys.text("leonardo.jms.client");
    return Arrays.stream(JmsClient.values())
        .filter(client -> client.word().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new BadSetting(
                    "leonardo.jms.client", "'" + name + "' is neither artemis nor activemq"));
  }

  private static Pattern anyOf(List<String> names) {
    return Pattern.compile(
        names.stream()
            .map(name -> ("\\Q" + name + "\\E").replace("*", "\\E.*\\Q"))
            .collect(Collectors.joining("|")));
  }

  /** For logs: without what may be a password. */
  public String address() {
    return url == null ? "tcp://127.0.0.1:" + port : hidden(url);
  }

  private static String hidden(String url) {
    return url.replaceFirst("\\?.*", "").replaceAll("//[^/@]*@", "//");
  }

  /** Nothing that is secret. */
  @Override
  public String toString() {
    return "JmsSettings[" + address() + "]";
  }
}
