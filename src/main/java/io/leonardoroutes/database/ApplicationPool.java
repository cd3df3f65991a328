package io.leonardoroutes.database;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * A DataSource of the application around this library, and the schema of its database that is the
 * ledger's own.
 *
 * @param bean the name of the DataSource in the application
 */
public record ApplicationPool(String bean, DataSource source, String schema) {
  private static final Pattern LOGIN = Pattern.compile("//[^/@\\s]*@");
  private static final Pattern PASSWORD = Pattern.compile("(?i)(password=)[^&;,\\s]*");

  /** The ledger cannot be reached, for a reason that the application has to know by the bean. */
  SQLTransientConnectionException away(String why, Throwable cause) {
    String state = cause instanceof SQLException sql ? sql.getSQLState() : null;
    return new SQLTransientConnectionException(this + " " + withoutSecrets(why), state, cause);
  }

  /** Pools and drivers may repeat their address, with user and password. */
  private static String withoutSecrets(String why) {
    return PASSWORD.matcher(LOGIN.matcher(why).replaceAll("//***@")).replaceAll("$1***");
  }

  /** Its name for messages. */
  @Override
  public String toString() {
    return "the DataSource " + bean;
  }
}
