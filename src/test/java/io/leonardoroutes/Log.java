package io.leonardoroutes;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** The lines that leonardo-routes logs while this is open, as an operator reads them. */
public final class Log extends AbstractAppender implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger;

  private Log(String name) {
    super("log", null, null, true, Property.EMPTY_ARRAY);
    logger = (Logger) LogManager.getLogger(name);
    start();
    logger.addAppender(this);
  }

  public static Log open() {
    return new Log("io.leonardoroutes");
  }

  /** Those of one logger that is off unless somebody wants it. */
  static Log of(String logger) {
    Log log = new Log(logger);
    Configurator.setLevel(log.logger, Level.INFO);
    return log;
  }

  /** Those of the libraries too. */
  static Log ofEverything() {
    return new Log(LogManager.ROOT_LOGGER_NAME);
  }

  /** Those that an operator has to read. */
  List<String> warnings() {
    return lines.stream()
        .filter(line -> line.matches("(?s)(WARN|ERROR|FATAL) .*"))
        // A busy machine may connect too slowly; the call is made again.
        .filter(line -> !line.contains("the connection came too late for this paid call"))
        .toList();
  }

  @Override
  public void append(LogEvent event) {
    lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
  }

  public List<String> with(String text) {
    return lines.stream().filter(line -> line.contains(text)).toList();
  }

  @Override
  public void close() {
    logger.removeAppender(this);
    stop();
  }
}
