package speed;

import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * A Camel application with the routes of {@code src/bench/plain}, and without this library. Its
 * settings are system properties that begin with {@code plain.}
 */
final class PlainProgram {
  static final String READY = "the plain routes are ready";

  public static void main(String[] arguments) throws Exception {
    Main main = new Main();
    main.configure().withRoutesIncludePattern("file:src/bench/plain/*.camel.yaml");
    int port = Integer.getInteger("plain.port", 0);
    if (port > 0) {
      main.configure().httpServer().withEnabled(true).withHost("127.0.0.1").withPort(port);
    }
    String broker = System.getProperty("plain.broker");
    if (broker != null) {
      JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
      pool.setConnectionFactory(new ActiveMQConnectionFactory(broker));
      main.bind("plainConnectionFactory", pool);
    }
    main.addMainListener(
        new MainListenerSupport() {
          @Override
          public void afterStart(BaseMainSupport started) {
            CamelContext context = started.getCamelContext();
            System.out.println(READY + ": " + context.getRoutesSize());
          }
        });
    main.run();
  }
}
