package io.leonardoroutes.jms;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.UUID;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnection;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.apache.activemq.artemis.utils.CompositeAddress;

/**
 * Permissions at the built-in broker. This program, connected within the JVM, may do everything. A
 * caller may send requests, read its replies, and take rejected and dead messages. Nobody from
 * outside may manage the broker, create a queue for anything but replies, or read what others send.
 */
final class BrokerSecurity implements ActiveMQSecurityManager5 {
  /** The user name of this program. */
  static final String OURS = "leonardo-routes";

  /** The user name of every caller while no login is needed. */
  static final String ANYBODY = "anybody";

  private final String password = UUID.randomUUID().toString();
  private final JmsSettings jms;

  BrokerSecurity(JmsSettings jms) {
    this.jms = jms;
  }

  /** The password of this program, generated anew at each start. */
  String password() {
    return password;
  }

  @Override
  public Subject authenticate(
      String user, String password, RemotingConnection connection, String domain) {
    if (connection.getTransportConnection() instanceof InVMConnection) {
      return OURS.equals(user) && same(this.password, password) ? subject(OURS) : null;
    }
    if (jms.user() == null) {
      return subject(ANYBODY);
    }
    boolean known =
        jms.user().equals(user)
            && jms.password().values().stream().anyMatch(mine -> same(mine, password));
    return known ? subject(user) : null;
  }

  private static boolean same(String mine, String theirs) {
    return theirs != null
        && MessageDigest.isEqual(
            mine.getBytes(StandardCharsets.UTF_8), theirs.getBytes(StandardCharsets.UTF_8));
  }

  private static Subject subject(String name) {
    Subject subject = new Subject();
    subject.getPrincipals().add(new UserPrincipal(name));
    return subject;
  }

  @Override
  public boolean authorize(Subject subject, Set<Role> roles, CheckType what, String where) {
    if (subject == null) {
      return false;
    }
    QueueNames names = jms.names();
    String address = CompositeAddress.extractAddressName(where);
    boolean own = isOwn(address) && isOwn(CompositeAddress.extractQueueName(where));
    return subject.getPrincipals().contains(new UserPrincipal(OURS))
        || switch (what) {
          case SEND -> names.isRequestQueue(address);
          case CONSUME -> own || names.isRejectedOrDead(address);
          case BROWSE -> names.isRejectedOrDead(address);
          case CREATE_ADDRESS,
              CREATE_DURABLE_QUEUE,
              CREATE_NON_DURABLE_QUEUE,
              DELETE_NON_DURABLE_QUEUE ->
              own;
          case DELETE_ADDRESS -> QueueNames.isTemporary(address);
          default -> false;
        };
  }

  private boolean isOwn(String name) {
    return jms.names().allowsReplies(name) || QueueNames.isTemporary(name);
  }

  @Override
  public boolean validateUser(String user, String password) {
    return false;
  }

  @Override
  public boolean validateUserAndRole(
      String user, String password, Set<Role> roles, CheckType what) {
    return false;
  }
}
