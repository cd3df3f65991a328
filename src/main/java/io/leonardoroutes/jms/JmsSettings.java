package io.leonardoroutes.jms;

import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.Secret;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The settings of the JMS intake.
 *
 * @param url null for the built-in broker; {@code #NAME} for a ConnectionFactory of the application
 * @param portOpen whether the built-in broker listens on its port
 * @param user the user name for an external broker, or the one that callers of the built-in broker
 *     must give; null if none is needed
 * @param password read again for each new connection; null if there is none
 * @param trustsUserIds whether the broker sets the JMSXUserID of a message, so that it can be
 *     believed
 * @param names which queues are for requests and which may get replies
 */
public record JmsSettings(
    String url,
    int port,
    boolean portOpen,
    JmsClient client,
    String user,
    Secret password,
    boolean trustsUserIds,
    String requests,
    QueueNames names,
    Limits limits) {
  /** The address that the built-in broker listens on. */
  static final String HOST = "127.0.0.1";

  /** The pattern of a user name that can be the name of a caller. */
  public static final String USER_NAME = "[!-~]{1,64}";

  private static final String URL = "leonardo.jms.url";

  /** The setting that names a ConnectionFactory of the application. */
  public static final String BEAN = "leonardo.jms.connection-factory";

  private static final String USER = "leonardo.jms.user";
  private static final String PASSWORD = "leonardo.jms.password";

  /**
   * Limits of the built-in broker, in bytes.
   *
   * @param maxRequestBytes the longest request
   * @param maxBytes all messages that wait in one queue
   * @param minDiskFree disk space that the broker must leave free
   */
  public record Limits(int maxRequestBytes, long maxBytes, long minDiskFree) {}

  public static JmsSettings read(SettingReader keys, SecretRegistry secrets) {
    String bean = bean(keys);
    String url = bean == null ? keys.optional(URL) : bean;
    JmsClient client = client(keys);
    if (bean == null && url != null && !client.connectsTo(url)) {
      throw new BadSetting(
          URL, "'" + hidden(url) + "' is not an address such as " + client.example());
    }
    if (url == null && client != JmsClient.ARTEMIS) {
      throw new BadSetting("leonardo.jms.client", "the built-in broker is artemis; set " + URL);
    }
    String user = keys.optional(USER);
    if (url == null && user != null && !user.matches(USER_NAME)) {
      throw new BadSetting(USER, "not 1 to 64 characters of ASCII without spaces");
    }
    if (url == null && user != null && !keys.isSet(PASSWORD)) {
      throw new BadSetting(PASSWORD, "not set; the built-in broker asks for it with " + USER);
    }
    if (url == null && user == null && keys.isSet(PASSWORD)) {
      throw new BadSetting(USER, "not set; the built-in broker asks for it with " + PASSWORD);
    }
    String requests = keys.text("leonardo.jms.requests");
    return new JmsSettings(
        url,
        keys.integer("leonardo.jms.port", 1, 65_535),
        url == null && (user != null || keys.text("leonardo.rest.auth").equals("none")),
        client,
        user,
        secrets.optional(PASSWORD),
        url == null ? user != null : keys.flag("leonardo.jms.trust-user-id"),
        requests,
        new QueueNames(requests, anyOf(keys.names("leonardo.jms.replies"))),
        new Limits(
            keys.integer("leonardo.request.max-bytes", 1_024, 16 * 1_024 * 1_024),
            keys.number("leonardo.jms.max-bytes", 1 << 16, Long.MAX_VALUE),
            keys.number("leonardo.jms.min-disk-free", 0, Long.MAX_VALUE)));
  }

  /** Registers a further queue that callers may send requests to. */
  public void addRequestQueue(String queue) {
    names.addRequestQueue(queue);
  }

  /** Where the broker is and who may connect, for the log line at start. */
  public String accessDescription() {
    if (url != null) {
      return "at " + address();
    }
    if (!portOpen) {
      return "of the built-in broker, which nobody reaches: leonardo.rest.auth asks for keys, so"
          + " set leonardo.jms.user and leonardo.jms.password to open its port";
    }
    return "at %s (%s)"
        .formatted(
            address(),
            user == null ? "any program on this machine" : "who has leonardo.jms.password");
  }

  private static String bean(SettingReader keys) {
    String bean = keys.optional(BEAN);
    if (bean == null) {
      return null;
    }
    for (String other : List.of(URL, USER, PASSWORD)) {
      if (keys.isSet(other)) {
        throw new BadSetting(other, "leave it out: " + BEAN + " takes its place");
      }
    }
    return bean.replaceFirst("^(#(bean:)?)?", "#");
  }

  /** The name of the application's ConnectionFactory; null if none is named. */
  public String bean() {
    return url != null && url.startsWith("#") ? url.substring(1) : null;
  }

  private static JmsClient client(SettingReader keys) {
    String name = keys.text("leonardo.jms.client");
    return Arrays.stream(JmsClient.values())
        .filter(client -> client.settingValue().equals(name))
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

  /** The address for logs, without anything that may be a password. */
  public String address() {
    return url == null ? "tcp://" + HOST + ":" + port : hidden(url);
  }

  private static String hidden(String url) {
    return url.replaceFirst("\\?.*", "").replaceAll("//[^/@]*@", "//");
  }

  /** Contains no secret. */
  @Override
  public String toString() {
    return "JmsSettings[" + address() + "]";
  }
}
