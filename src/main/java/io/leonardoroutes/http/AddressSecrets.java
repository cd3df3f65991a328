package io.leonardoroutes.http;

import java.util.regex.Pattern;

/** Passwords and keys inside an address: before the host, or as a parameter. */
public final class AddressSecrets {
  /** Some passwords have characters that should be escaped; what looks like a port is none. */
  private static final Pattern USER_AND_PASSWORD =
      Pattern.compile("//[^/?#@\\s]*:([^/?#@\\s]+|(?!\\d{1,5}([/?,]|$))[^@\\s]+)@");

  private static final Pattern PARAMETERS = Pattern.compile("[?&;]");

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?i).*(passw|passphrase|passcode|secret|token|credential|signature|jaas|connection-?string|(access|account|api|auth|private|publish|shared|subscribe)[-_]?key).*|sig|code");

  /** Parameters that only say where a secret is. */
  private static final Pattern PLACE =
      Pattern.compile("(?i).*(file|location|name|resource|ur[il]|id)");

  /** What a file or another secret store supplies. */
  private static final Pattern ELSEWHERE = Pattern.compile("(RAW[({])?\\{\\{.*|(RAW[({])?#.*|");

  private AddressSecrets() {}

  /** Whether the address itself holds a secret, and not only a placeholder for one. */
  public static boolean isIn(String address) {
    if (USER_AND_PASSWORD.matcher(address.replaceAll(":\\{\\{[^@]*}}@", "@")).find()) {
      return true;
    }
    return PARAMETERS
        .splitAsStream(address)
        .skip(1)
        .map(parameter -> parameter.split("=", 2))
        .anyMatch(
            named ->
                named.length == 2
                    && isSecret(named[0])
                    && !ELSEWHERE.matcher(named[1].strip()).matches());
  }

  private static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name).matches() && !PLACE.matcher(name).matches();
  }

  /** An address for logs, without its parameters, user and password. */
  public static String removedFrom(String address) {
    int at = address.lastIndexOf('@');
    int parameters = address.replace('#', '?').indexOf('?');
    // A password may have any of the characters that end a host.
    boolean inPassword =
        parameters >= 0 && parameters < at && !address.substring(parameters, at).contains("=");
    String base = parameters < 0 || inPassword ? address : address.substring(0, parameters);
    String anonymous = base.replaceFirst("(?s)//.*@", "//");
    return inPassword ? removedFrom(anonymous) : anonymous;
  }

  /** A text, such as a failure's, without the parameters and users of the addresses in it. */
  public static String removedFromText(String text) {
    return text.replaceAll("\\b(\\w{1,30}+:/+)[^\\s?]*@", "$1***@")
        .replaceAll("\\b(\\w{1,30}+:[^\\s?]*)\\?[^\\s]+", "$1?***");
  }
}
