package io.leonardoroutes.prove;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** A separate schema in an operator's PostgreSQL database; nothing else there is touched. */
final class ProofSchema {
  private final String database;
  private final String name = "proof_" + UUID.randomUUID().toString().substring(0, 8);

  private ProofSchema(String database) {
    this.database = database;
  }

  static ProofSchema create(String database) throws IOException {
    ProofSchema schema = new ProofSchema(database);
    schema.execute("CREATE SCHEMA " + schema.name);
    return schema;
  }

  /** The JDBC URL of a ledger in this schema. */
  String url() {
    return database + (database.contains("?") ? "&" : "?") + "currentSchema=" + name;
  }

  String name() {
    return name;
  }

  void drop() throws IOException {
    execute("DROP SCHEMA " + name + " CASCADE");
  }

  private void execute(String sql) throws IOException {
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IOException("the database of --ledger: " + e.getMessage(), e);
    }
  }
}
