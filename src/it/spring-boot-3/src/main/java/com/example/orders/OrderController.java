package com.example.orders;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.apache.camel.ProducerTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class OrderController {
  private final ProducerTemplate camel;
  private final JmsTemplate broker;
  private final JdbcTemplate database;

  public OrderController(ProducerTemplate camel, JmsTemplate broker, JdbcTemplate database) {
    this.camel = camel;
    this.broker = broker;
    this.database = database;
  }

  @PostMapping("/orders/{id}/video")
  public String video(@PathVariable String id, @RequestBody String request) {
    return camel.requestBodyAndHeader("direct:order", request, "order", id, String.class);
  }

  /** The same in a transaction that fails: the job stays, as its video may be paid for by then. */
  @PostMapping("/orders/{id}/undone")
  @Transactional
  public String undone(@PathVariable String id, @RequestBody String request) {
    database.update("INSERT INTO told VALUES (?, 'undone')", "order/" + id);
    String answer = video(id, request);
    TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
    return answer;
  }

  /** The same over the broker. */
  @PostMapping("/queue")
  public String queue(@RequestBody String request) throws JMSException {
    Message answer =
        broker.sendAndReceive("leonardo.requests", session -> session.createTextMessage(request));
    return answer.getBody(String.class);
  }

  @GetMapping("/told")
  public Integer told() {
    return database.queryForObject("SELECT count(*) FROM told", Integer.class);
  }
}
