package io.leonardoroutes.app;

import org.apache.camel.spi.Registry;
import org.apache.camel.util.function.Suppliers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Beans that were renamed because an exchange property had the same name. For one version, copies
 * of our earlier route files still find them under their earlier names, and a warning is logged
 * once.
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
                  "the bean {} is now called {}: rename it in your route files, because the earlier"
                      + " name works in this version only",
                  earlier,
                  now);
              return bean;
            }));
  }
}
