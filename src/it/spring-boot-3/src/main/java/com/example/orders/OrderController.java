package com.example.orders;

import org.apache.camel.ProducerTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class OrderController {
  private final ProducerTemplate camel;
  private final JdbcTemplate database;

  public OrderController(ProducerTemplate camel, JdbcTemplate database) {
    this.camel = camel;
    this.database = database;
  }

  @PostMapping("/orders/{id}/video")
  public String video(@PathVariable String id, @RequestBody String request) {
    return camel.requestBodyAndHeader("direct:order", request, "order", id, String.class);
  }

  @GetMapping("/told")
  public Integer told() {
    return database.queryForObject("SELECT count(*) FROM told", Integer.class);
  }
}
