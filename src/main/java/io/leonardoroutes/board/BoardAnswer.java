package io.leonardoroutes.board;

import io.leonardoroutes.flow.FlowProperties;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** How a call of the board that worked ends. */
public final class BoardAnswer {
  /** Sends the browser on, or answers the page in the body, or that it has not changed. */
  public void answer(
      Exchange exchange,
      @ExchangeProperty(FlowProperties.GO_TO) String goTo,
      @ExchangeProperty(FlowProperties.ETAG) String tag,
      @ExchangeProperty(FlowProperties.UNCHANGED) Boolean unchanged) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    BoardHeaders.ALL.forEach(message::setHeader);
    message.setHeader("Cache-Control", BoardHeaders.NOT_KEPT);
    if (goTo != null) {
      message.setHeader("Location", goTo);
      message.setHeader(Exchange.HTTP_RESPONSE_CODE, 303);
      message.setBody(null);
      return;
    }
    message.setHeader("ETag", tag);
    message.setHeader(Exchange.CONTENT_TYPE, BoardResource.HTML);
    if (Boolean.TRUE.equals(unchanged)) {
      message.setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
    }
  }
}
