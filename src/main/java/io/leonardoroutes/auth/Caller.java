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
 * Who calls over REST, as the door before every path found out.
 *
 * @param name null where nobody is asked for a name
 * @param operator sees every job, and does what is for operators
 * @param address where the call came from, as far as the server sees; null if nobody looked
 */
public record Caller(String name, boolean operator, String address) {
  /** How a name may look, so that it can stand in logs, files and keys as it is. */
  public static final String NAME = "[!-~]{1,64}";

  /**
   * The header of an exchange that holds the caller. Only an object that the door made counts, and
   * a call can bring nothing but text.
   */
  public static final String HEADER = VertxPlatformHttpConstants.AUTHENTICATED_USER;

  /** Whoever can reach a server that asks for no name. */
  static final Caller ANYBODY = new Caller(null, true);

  private static final String CALLER = "caller";

  public Caller(String name, boolean operator) {
    this(name, operator, null);
  }

  Caller at(String address) {
    return new Caller(name, operator, address);
  }

  /** Where the call came in, as it is kept of a job. */
  public String place() {
    return address == null ? "rest" : "rest " + address;
  }

  /** Holds this very object: no claim of anybody else's user reads like it. */
  User user() {
    return User.create(new JsonObject().put(CALLER, this));
  }

  /**
   * Reads the {@link #HEADER}.
   *
   * @throws RequestRejected 401 if the call came past the door
   */
  public static Caller of(Object header, RestSettings rest) {
    if (header instanceof User user && user.principal().getValue(CALLER) instanceof Caller caller) {
      return caller;
    }
    if (!rest.asksForKeys()) {
      return ANYBODY;
    }
    throw new RequestRejected(ProblemHandler.UNKNOWN_CALLER);
  }

  /** Who shares what there is for all: its name, or the address where nobody is asked for one. */
  public String share() {
    return name == null ? String.valueOf(address) : name;
  }

  /** The {@link #share} of a call that the door has let in. */
  public static String of(RoutingContext call) {
    return call.user() != null && call.user().principal().getValue(CALLER) instanceof Caller caller
        ? caller.share()
        : address(call.request().remoteAddress());
  }

  /** Of IPv6 the network: one who has an address there has them all. */
  public static String address(SocketAddress remote) {
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
   * Whether it may know of a job.
   *
   * @param owner the name of the caller whose job it is; null if nobody gave one
   */
  public boolean sees(String owner) {
    return operator || name.equals(owner);
  }

  /**
   * Turns everybody else away.
   *
   * @throws RequestRejected 403
   */
  public void mustBeOperator() {
    if (!operator) {
      throw new RequestRejected(
          403, "operators-only", "Only operators may do this", name + " is not an operator");
    }
  }
}
