package com.example.orders;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.problem.RequestRejected;
import org.apache.camel.builder.RouteBuilder;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Asks for the video of an order, and writes down what becomes of it. */
@Component
public class OrderRoutes extends RouteBuilder {
  private final JdbcTemplate database;

  public OrderRoutes(JdbcTemplate database) {
    this.database = database;
  }

  @Override
  public void configure() {
    from("direct:order")
        .routeId("order")
        .setProperty("leonardoKey", simple("order/${header.order}"))
        .doTry()
        .to("direct:leonardo-accept")
        .doCatch(RequestRejected.class)
        .setBody(exceptionMessage());

    from("direct:told")
        .routeId("told")
        .process(
            exchange -> {
              // An event may come more than once, always with the same id.
              String event = exchange.getMessage().getBody(String.class);
              String id = new ObjectMapper().readTree(event).get("id").asText();
              database.update("INSERT INTO told VALUES (?, ?) ON CONFLICT DO NOTHING", id, event);
            });
  }
}
