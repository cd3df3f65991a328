package io.leonardoroutes.auth;

import io.leonardoroutes.problem.RequestRejected;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConstants;

/**
 * The caller of a REST call, as authenticated by {@link AuthHandler}.
 *
 * @param name null while authentication is off
 * @param operator may see every job and use the operators' calls
 * @param address the remote address that the server sees; null if not known
 */
public record Caller(String name, boolean operator, String address) {
  /** The pattern of names, so that they can appear unescaped in logs, files and keys. */
  public static final String NAME = "[!-~]{1,64}";

  /**
   * The exchange header that holds the caller. It cannot be forged: only an object made by
   * AuthHandler counts, and a call can bring only text.
   */
  public static final String HEADER = VertxPlatformHttpConstants.AUTHENTICATED_USER;

  /** The caller while authentication is off. */
  static final Caller ANONYMOUS = new Caller(null, true);

  private static final String CALLER = "caller";

  public Caller(String name, boolean operator) {
    this(name, operator, null);
  }

  Caller withAddress(String address) {
    return new Caller(name, operator, address);
  }

  /** The source of the call, as recorded with a job. */
  public String source() {
    return address == null ? "rest" : "rest " + address;
  }

  /** Wraps this object; no claim of a token can look like it. */
  User user() {
    return User.create(new JsonObject().put(CALLER, this));
  }

  /**
   * Reads the {@link #HEADER}.
   *
   * @throws RequestRejected 401 if the call was not authenticated
   */
  public static Caller of(Object header, RestSettings rest) {
    if (header instanceof User user && user.principal().getValue(CALLER) instanceof Caller caller) {
      return caller;
    }
    if (!rest.authenticates()) {
      return ANONYMOUS;
    }
    throw new RequestRejected(ProblemHandler.UNKNOWN_CALLER);
  }

  /** The key for limits per caller: the name, or the address while authentication is off. */
  public String limitKey() {
    return name == null ? String.valueOf(address) : name;
  }

  /** The {@link #limitKey} of a call; before authentication, its address. */
  public static String limitKey(RoutingContext call) {
    return call.user() != null && call.user().principal().getValue(CALLER) instanceof Caller caller
        ? caller.limitKey()
        : addressKey(call.request().remoteAddress());
  }

  /** The address for limits; for IPv6 the /64 network, since a caller usually has all of it. */
  public static String addressKey(SocketAddress remote) {
    String host = remote == null ? null : remote.hostAddress();
    if (host == null || host.indexOf(':') < 0) {
      return String.valueOf(host);
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host.split("%")[0]);
    return bytes == null || bytes.length < 16
        ? host
        : HexFormat.ofDelimiter(":").formatHex(bytes, 0, 8) + "/64";
  }

  /**
   * Whether the caller may see a job.
   *
   * @param owner the name of the caller that sent the job; null if there was none
   */
  public boolean canSee(String owner) {
    return operator || name.equals(owner);
  }

  /**
   * Rejects callers that are not operators.
   *
   * @throws RequestRejected 403 if this is not an operator
   */
  public void requireOperator() {
    if (!operator) {
      throw new RequestRejected(
          403, "operators-only", "Only operators may do this", name + " is not an operator");
    }
  }
}
