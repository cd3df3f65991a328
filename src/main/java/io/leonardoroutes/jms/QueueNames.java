package io.leonardoroutes.jms;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What the names of queues and topics are for: requests come in by some, answers go out by those of
 * {@code leonardo.jms.replies}, and those of brokers themselves are nobody's.
 */
public final class QueueNames {
  /** What a queue of requests puts aside, beside it. */
  public static final String REJECTED = ".rejected";

  static final String DEAD = "leonardo.dead";

  /** One name: brokers read commas, stars and question marks as several, any or an option. */
  private static final Pattern ONE_NAME = Pattern.compile("(?!.*::)[!-~&&[^,*>?#]]{1,255}");

  /** What brokers take off a name. */
  private static final Pattern PREFIX =
      Pattern.compile("^((temp-)?(queue|topic)://|/(temp-)?(queue|topic)/|jms\\.\\w+\\.)+");

  /** Dead letters, expired ones, management and advisories, of any broker. */
  private static final Pattern OF_BROKERS =
      Pattern.compile("\\$.*|(dlq|expiryqueue|activemq)(\\..*)?");

  /** Whatever the queue of requests is called. */
  private static final String OURS = "leonardo.requests";

  /** Of Artemis, and of an OpenWire client of it. */
  private static final Pattern TEMPORARY =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}|ID:[\\w.-]+(:\\d+)+");

  private final Pattern replies;
  private final Set<String> requests = ConcurrentHashMap.newKeySet();
  private volatile Consumer<String> more = queue -> {};

  QueueNames(String requests, Pattern replies) {
    this.replies = replies;
    takeRequestsFrom(requests);
  }

  /** From now on requests come in by that queue too. */
  void takeRequestsFrom(String queue) {
    if (requests.add(queue)) {
      more.accept(queue);
    }
  }

  /** Who hears of further queues of requests. */
  void whenMore(Consumer<String> more) {
    this.more = more;
  }

  /** The queues that requests come in by. */
  Set<String> ofRequests() {
    return Set.copyOf(requests);
  }

  /** Whether requests come in by it. */
  boolean isOfRequests(String name) {
    return requests.contains(name);
  }

  /** Whether it holds what could not be taken, for an operator. */
  boolean isAside(String name) {
    return name.equals(DEAD)
        || name.endsWith(REJECTED)
            && requests.contains(name.substring(0, name.length() - REJECTED.length()));
  }

  /** Whether a broker made the name up for a destination that lives as long as its connection. */
  static boolean isTemporary(String name) {
    return TEMPORARY.matcher(name).matches();
  }

  /** Whether it is one name. */
  static boolean isOne(String name) {
    return ONE_NAME.matcher(name).matches();
  }

  /** Whether callers may have their answers there: what comes back as a request never ends. */
  public boolean isForReplies(String name) {
    String meant = PREFIX.matcher(name).replaceFirst("").toLowerCase(Locale.ROOT);
    return isOne(name)
        && replies.matcher(name).matches()
        && !OF_BROKERS.matcher(meant).matches()
        && !meant.equals(DEAD)
        && !meant.startsWith(OURS)
        && requests.stream()
            .map(queue -> queue.toLowerCase(Locale.ROOT))
            .noneMatch(queue -> meant.equals(queue) || meant.equals(queue + REJECTED));
  }
}
