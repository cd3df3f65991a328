package io.leonardoroutes.flow;

import io.leonardoroutes.database.ApplicationPool;
import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.http.AddressSecrets;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;

/** The settings of the ledger's database. */
public final class LedgerSettings {
  /** The setting that names a DataSource of the application. */
  public static final String BEAN = "leonardo.ledger.data-source";

  /** The setting of the ledger's address. */
  public static final String URL = "leonardo.ledger.url";

  private static final String SCHEMA = "leonardo.ledger.schema";
  private static final String USER = "leonardo.ledger.user";
  private static final String PASSWORD = "leonardo.ledger.password";

  private LedgerSettings() {}

  /** The setting that says where this ledger is. */
  public static String key(LedgerConnection access) {
    return access.pool() == null ? URL : BEAN;
  }

  /** Where this ledger is, for logs. */
  public static String address(LedgerConnection access) {
    ApplicationPool pool = access.pool();
    return pool == null
        ? AddressSecrets.removedFrom(access.url())
        : "schema %s of %s".formatted(pool.schema(), pool);
  }

  static LedgerConnection read(CamelContext context, SettingReader keys, SecretRegistry secrets) {
    String bean = keys.optional(BEAN);
    return bean == null
        ? byUrl(keys, secrets)
        : LedgerConnection.through(pool(context, keys, bean));
  }

  private static ApplicationPool pool(CamelContext context, SettingReader keys, String reference) {
    for (String other : List.of(URL, USER, PASSWORD)) {
      if (!keys.isDefault(other)) {
        throw new BadSetting(other, "leave it out: " + BEAN + " takes its place");
      }
    }
    String name = reference.replaceFirst("^#(bean:)?", "");
    Object bean = context.getRegistry().lookupByName(name);
    if (!(bean instanceof DataSource source)) {
      throw new BadSetting(
          BEAN,
          bean == null
              ? "there is no bean " + name
              : name + " is not a javax.sql.DataSource but a " + bean.getClass());
    }
    String schema = keys.text(SCHEMA);
    if (!schema.matches("[a-z_][a-z0-9_]{0,62}") || schema.startsWith("pg_")) {
      throw new BadSetting(
          SCHEMA,
          "'" + schema + "' is not a name made of a-z, 0-9 and _ that does not begin with pg_");
    }
    return new ApplicationPool(name, source, schema);
  }

  private static LedgerConnection byUrl(SettingReader keys, SecretRegistry secrets) {
    String url = keys.text(URL);
    if (!url.startsWith("jdbc:sqlite:") && !url.startsWith("jdbc:postgresql:")) {
      throw new BadSetting(URL, "neither jdbc:sqlite:FILE nor jdbc:postgresql:...");
    }
    boolean hasUser = keys.isSet(USER);
    if (hasUser && url.startsWith("jdbc:sqlite:")) {
      throw new BadSetting(USER, "an SQLite ledger has no user");
    }
    if (!hasUser && keys.isSet(PASSWORD)) {
      throw new BadSetting(PASSWORD, "set " + USER + " too");
    }
    if (!keys.isDefault(SCHEMA)) {
      throw new BadSetting(
          SCHEMA, "is for " + BEAN + "; for PostgreSQL add currentSchema=NAME to " + URL);
    }
    return new LedgerConnection(url, keys.optional(USER), secrets.optional(PASSWORD));
  }
}
