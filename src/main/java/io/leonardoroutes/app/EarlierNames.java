package io.leonardoroutes.app;

import org.apache.camel.spi.Registry;
import org.apache.camel.util.function.Suppliers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Beans that were renamed, as their names stood for an exchange property too. Copies of our earlier
 * route files find them by their earlier names for one version, and the log says so once.
 */
final class EarlierNames {
  private static final Logger LOG = LoggerFactory.getLogger(EarlierNames.class);

  private EarlierNames() {}

  static void bind(Registry registry, String earlier, String now, Object bean) {
    registry.bind(now, bean);
    registry.bind(
        earlier,
        bean.getClass(),
        Suppliers.memorize(
            () -> {
              LOG.warn(
                  "the bean {} is called {} now: rename it in your route files, as the earlier name"
                      + " works in this version only",
                  earlier,
                  now);
              return bean;
            }));
  }
}
