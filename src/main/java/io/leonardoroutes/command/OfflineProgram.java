package io.leonardoroutes.command;

import io.leonardoroutes.app.ConstraintMapping;
import io.leonardoroutes.flow.QuoteSettings;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.settings.SettingReader;
import jakarta.validation.ValidatorFactory;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;

/** The settings and models of the program, without its routes, so that nothing runs. */
final class OfflineProgram implements AutoCloseable {
  private final Main main;
  private final SettingReader keys;
  private ValidatorFactory rules;

  private OfflineProgram(Main main) {
    this.main = main;
    this.keys = new SettingReader(main.getCamelContext());
  }

  static OfflineProgram open(Supplier<Main> program) throws Exception {
    Main main = program.get();
    try {
      main.configure().withRoutesCollectorEnabled(false);
      main.init();
      return new OfflineProgram(main);
    } catch (Exception e) {
      main.stop();
      throw e;
    }
  }

  CamelContext context() {
    return main.getCamelContext();
  }

  SettingReader keys() {
    return keys;
  }

  /** What can be known without a key of the provider; creates no folder. */
  QuoteSettings settings() {
    return QuoteSettings.read(context(), keys);
  }

  /** The models with the rules in force. */
  ModelRegistry models(QuoteSettings settings) throws IOException {
    ConstraintMapping mapping = new ConstraintMapping(settings.rulesMapping(), settings.sinks());
    rules = mapping.rules();
    return mapping.models(rules);
  }

  @Override
  public void close() {
    if (rules != null) {
      rules.close();
    }
    main.stop();
  }
}
