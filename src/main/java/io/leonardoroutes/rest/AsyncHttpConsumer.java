package io.leonardoroutes.rest;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.flow.FlowProperties;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.MessageHelper;
import org.apache.camel.support.ObjectHelper;
import org.apache.camel.support.http.HttpUtil;

/** Runs a call through its route on a worker thread, and frees the thread while a step waits. */
final class AsyncHttpConsumer extends VertxPlatformHttpConsumer {
  AsyncHttpConsumer(
      PlatformHttpEndpoint endpoint,
      Processor processor,
      List<Handler<RoutingContext>> handlers,
      String router) {
    super(endpoint, processor, handlers, router);
  }

  @Override
  protected void handleRequest(RoutingContext call) {
    if (isSuspended()) {
      super.handleRequest(call);
      return;
    }
    Context context = call.vertx().getOrCreateContext();
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    CompletableFuture<Void> gone = new CompletableFuture<>();
    call.addEndHandler(end -> gone.complete(null));
    exchange.setProperty(FlowProperties.CALLER_GONE, gone);
    exchange.setProperty(FlowProperties.CALLER_SHARE, Caller.limitKey(call));
    RequestBodies.BodyMemory body = RequestBodies.of(call);
    if (body != null) {
      body.use();
      exchange.setProperty(FlowProperties.BODY_MEMORY, body);
    }
    processHttpRequest(exchange, call)
        .compose(
            read -> {
              if (isForm(call.request().getHeader("Content-Type"))
                  && call.body().buffer() != null) {
                // Camel expects Vert.x to have read the form.
                exchange.getMessage().setBody(call.body().buffer().getBytes());
              }
              // From here on only the exchange refers to the body, so that the route can free it.
              ((RoutingContextInternal) call).setBody(null);
              return call.vertx()
                  .executeBlocking(
                      () -> {
                        createUoW(exchange);
                        getAsyncProcessor()
                            .process(
                                exchange, sync -> context.runOnContext(now -> end(call, exchange)));
                        return null;
                      },
                      false);
            })
        .onFailure(
            failure -> {
              call.fail(failure);
              done(exchange);
            });
  }

  private static boolean isForm(String type) {
    return FormData.isForm(type)
        || (type != null
            && type.strip()
                .toLowerCase(Locale.ROOT)
                .startsWith("application/x-www-form-urlencoded"));
  }

  private void end(RoutingContext call, Exchange exchange) {
    try {
      if (exchange.getException() != null) {
        getExceptionHandler().handleException(exchange.getException());
        call.fail(exchange.getException());
      } else if (!call.response().ended() && !call.response().closed()) {
        answer(call, exchange);
      }
    } catch (Exception e) {
      getExceptionHandler().handleException(e);
      call.fail(e);
    } finally {
      done(exchange);
    }
  }

  private void answer(RoutingContext call, Exchange exchange)
      throws NoTypeConversionAvailableException {
    Object body = exchange.getMessage().getBody();
    if (body == null) {
      head(call, exchange);
      call.response().end();
    } else if (body instanceof StreamedBody streamed) {
      if (AnswerMemory.of(call).reserve(call, streamed.bufferBytes())) {
        head(call, exchange);
        streamed.writeTo(call);
      } else {
        ProblemHandler.answer(call, ProblemHandler.UNAVAILABLE);
      }
    } else {
      byte[] bytes =
          exchange.getContext().getTypeConverter().mandatoryConvertTo(byte[].class, exchange, body);
      AnswerMemory.Share memory = AnswerMemory.of(call);
      if (memory.take(bytes.length)) {
        head(call, exchange);
        // Chunked, as Camel's own engine does.
        call.response()
            .setChunked(true)
            .end(Buffer.buffer(bytes))
            .onComplete(read -> memory.give(bytes.length));
      } else {
        ProblemHandler.answer(call, ProblemHandler.UNAVAILABLE);
      }
    }
  }

  private void head(RoutingContext call, Exchange exchange) {
    Message message = exchange.getMessage();
    HttpServerResponse response = call.response();
    response.setStatusCode(HttpUtil.determineResponseCode(exchange, message.getBody()));
    headers(call, exchange);
    String type = MessageHelper.getContentType(message);
    if (type != null) {
      response.putHeader("Content-Type", type);
    }
  }

  private void headers(RoutingContext call, Exchange exchange) {
    HeaderFilterStrategy filter = getEndpoint().getHeaderFilterStrategy();
    for (Map.Entry<String, Object> header : exchange.getMessage().getHeaders().entrySet()) {
      String name = header.getKey();
      if (!call.pathParams().containsKey(name)) {
        HttpUtil.applyHeader(
            filter,
            exchange,
            ObjectHelper.createIterator(header.getValue(), null, true),
            exchange.getContext().getTypeConverter(),
            name,
            (all, one) -> {
              if (all != null) {
                call.response().putHeader(name, all);
              } else if (one != null) {
                call.response().putHeader(name, one);
              }
            });
      }
    }
  }

  private void done(Exchange exchange) {
    RequestBodies.BodyMemory body =
        exchange.getProperty(FlowProperties.BODY_MEMORY, RequestBodies.BodyMemory.class);
    doneUoW(exchange);
    if (body != null) {
      body.done();
    }
    releaseExchange(exchange, false);
  }
}
