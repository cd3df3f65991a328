package io.leonardoroutes.intake;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.job.TraceContext;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.FormData;
import io.leonardoroutes.rest.QueryParameters;
import io.leonardoroutes.rest.RestServer;
import io.leonardoroutes.upload.PictureSource;
import java.io.InputStream;
import java.util.Locale;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/**
 * The first steps of a REST call with a body: who calls and from which page; for {@code POST
 * /generations} also its idempotency key, dry run or not, one request or a batch.
 */
public final class RestIntake {
  private final FlowContext flow;

  public RestIntake(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * Opens a call: its caller, idempotency key and content type.
   *
   * @throws RequestRejected 415 for a body without a JSON content type; 403 for a web page of an
   *     origin that is not listed
   */
  public void open(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Idempotency-Key") String key,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    Caller caller = caller(exchange, user);
    if (!RestServer.isJson(type, origin)) {
      throw new RequestRejected(ProblemHandler.NOT_JSON);
    }
    checkPage(origin);
    setTrace(exchange);
    if (key != null && !key.isBlank()) {
      // No caller's name has a space, so no caller's key is another's.
      String of = caller.name() == null ? "rest:" : "rest " + caller.name() + " ";
      exchange.setProperty(FlowProperties.KEY, of + key);
    }
  }

  private static void setTrace(Exchange exchange) {
    exchange.setProperty(
        FlowProperties.TRACE_PARENT, exchange.getMessage().removeHeader(TraceContext.PARENT));
    exchange.setProperty(
        FlowProperties.TRACE_STATE, exchange.getMessage().removeHeader(TraceContext.STATE));
  }

  private Caller caller(Exchange exchange, Object user) {
    Caller caller = flow.caller(user);
    exchange.setProperty(FlowProperties.CALLER, caller.name());
    exchange.setProperty(FlowProperties.OPERATOR, caller.operator());
    exchange.setProperty(FlowProperties.FROM, caller.source());
    exchange.setProperty(FlowProperties.PAUSED_AS, IntakeProperties.REST);
    return caller;
  }

  /** A browser that reaches this address by the page's own host name sees no foreign page. */
  private void checkPage(String origin) {
    if (origin != null && !flow.settings().rest().origins().contains(origin)) {
      throw new RequestRejected(ProblemHandler.FOREIGN_PAGE);
    }
  }

  /**
   * Opens a call whose body may be a form: its part {@code request} becomes the body, and the other
   * parts are the pictures that the request names.
   *
   * @throws RequestRejected 400 if the form cannot be read; else as {@link #open}
   */
  public void openForm(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Idempotency-Key") String key,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    boolean form = FormData.isForm(type);
    open(exchange, form ? "application/json" : type, key, origin, user);
    if (!form) {
      return;
    }
    FormData parts = form(type, exchange.getMessage().getBody(byte[].class));
    InputStream request = parts.open("request");
    if (request == null) {
      throw badForm("it has no part `request` with the JSON of the request");
    }
    exchange.getMessage().setBody(request);
    exchange.setProperty(FlowProperties.PICTURE_SOURCE, (PictureSource) name -> part(parts, name));
  }

  private static FormData form(String type, byte[] body) {
    try {
      return FormData.read(type, body == null ? new byte[0] : body);
    } catch (IllegalArgumentException e) {
      throw badForm(e.getMessage());
    }
  }

  private static RequestRejected badForm(String why) {
    return new RequestRejected(400, "bad-form", "The form cannot be read", why);
  }

  private static InputStream part(FormData parts, String name) throws PictureRejected {
    InputStream part = parts.open(name);
    if (part == null) {
      throw PictureRejected.because("missing", "the form has no part of this name: add it");
    }
    return part;
  }

  /**
   * Opens a call whose body is a picture.
   *
   * @throws RequestRejected 415 for another content type; 403 for a web page of an origin that is
   *     not listed
   */
  public void picture(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    caller(exchange, user);
    if (type == null
        || !type.toLowerCase(Locale.ROOT).matches("image/.*|application/octet-stream")) {
      throw new RequestRejected(
          415,
          "picture-type",
          "Only pictures are supported",
          "send the picture with Content-Type: image/png, image/jpeg or image/webp");
    }
    checkPage(origin);
  }

  /**
   * Reads the query; headers of these names are ignored.
   *
   * @throws RequestRejected 400 for any other parameter or value, as a misspelt {@code dry-run}
   *     would cost money
   */
  public void query(Exchange exchange, @Header(Exchange.HTTP_QUERY) String text) {
    exchange.getMessage().removeHeader(Exchange.HTTP_QUERY);
    QueryParameters query = QueryParameters.of(text, "dry-run", "atomic");
    exchange.setProperty(FlowProperties.DRY_RUN, query.flag("dry-run"));
    exchange.setProperty(FlowProperties.ATOMIC, query.flag("atomic"));
  }

  /** Sets {@code leonardoBatch} if the text in the body is an array. */
  public void batch(Exchange exchange, @Body String text) {
    exchange.setProperty(FlowProperties.BATCH, JsonArray.looksLikeOne(text));
  }
}
