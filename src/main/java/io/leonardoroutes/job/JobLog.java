package io.leonardoroutes.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * Logs lines about jobs. The {@linkplain Job#name() name} of the job is the first value of each
 * line; its id, account, caller and trace are in the MDC, as {@code job}, {@code account}, {@code
 * caller} and {@code trace}.
 */
public final class JobLog {
  private final Logger log;

  private JobLog(Logger log) {
    this.log = log;
  }

  /** With the name of the class. */
  public static JobLog of(Class<?> step) {
    return new JobLog(LoggerFactory.getLogger(step));
  }

  /**
   * Logs that something went as it should.
   *
   * @param line begins with {@code {}}, for the job
   */
  public void info(Job job, String line, Object... values) {
    log(Level.INFO, job, line, values);
  }

  /** Logs something that somebody may have to act on. */
  public void warn(Job job, String line, Object... values) {
    log(Level.WARN, job, line, values);
  }

  /** Logs something that somebody has to act on. */
  public void error(Job job, String line, Object... values) {
    log(Level.ERROR, job, line, values);
  }

  /** Logs at a level that is known only then. */
  public void log(Level level, Job job, String line, Object... values) {
    if (log.isEnabledForLevel(level)) {
      Object[] all = Stream.concat(Stream.of(job.name()), Stream.of(values)).toArray();
      about(job, () -> log.atLevel(level).log(line, all));
    }
  }

  /** Has the lines that are logged meanwhile be about a job. */
  public static void about(Job job, Runnable lines) {
    about(job.id(), job.account(), job.caller(), job.routing().trace(), lines);
  }

  /**
   * Has the lines that are logged meanwhile be about a job.
   *
   * @param account null if it is not known
   * @param caller null if nobody gave a name
   * @param trace null if it is part of none
   */
  public static void about(
      String job, String account, String caller, TraceContext trace, Runnable lines) {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("job", job);
    names.put("account", account);
    names.put("caller", caller);
    names.put("trace", trace == null ? null : trace.traceId());
    Map<String, String> before = new LinkedHashMap<>();
    names.forEach((key, value) -> before.put(key, MDC.get(key)));
    names.forEach(JobLog::put);
    try {
      lines.run();
    } finally {
      before.forEach(JobLog::put);
    }
  }

  private static void put(String key, String value) {
    if (value == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, value);
    }
  }
}
