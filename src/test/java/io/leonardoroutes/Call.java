package io.leonardoroutes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

/** One REST call to an {@link App} and what it answered. */
record Call(int status, String type, JsonNode body) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  static Call get(App app, String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(app.rest() + path)));
  }

  static Call post(App app, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(app.rest() + path));
    request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static Call send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Call(
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(null),
        JSON.readTree(answer.body()));
  }
}
