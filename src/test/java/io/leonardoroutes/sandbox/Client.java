package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Anybody's HTTP client, with the calls that a story is told in. */
final class Client {

  private final HttpClient http = HttpClient.newHttpClient();
  private final Sandbox sandbox;

  Client(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  static String request(String prompt) {
    return """
    {"model": "kling-3.0-turbo", "public": false,
     "parameters": {"prompt": "%s", "duration": 3, "width": 1280, "height": 720}}\
    """
        .formatted(prompt);
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + path))
        .timeout(Duration.ofSeconds(60))
        .header("authorization", "Bearer 1b4e28ba-2fa1-11d2-883f-0016d3cca427");
  }

  HttpRequest creating(String body) {
    return to("/v2/generations")
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  HttpResponse<String> create(String prompt) throws IOException, InterruptedException {
    return send(creating(request(prompt)));
  }

  /** A create that goes well: its id. */
  String created(String prompt) throws IOException, InterruptedException {
    return json(create(prompt)).at("/generate/generationId").asText();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return json(send(to(path).build()));
  }

  JsonNode look(String id) throws IOException, InterruptedException {
    return get("/v1/generations/" + id).get("generations_by_pk");
  }

  HttpResponse<byte[]> fetch(String url, String... headers)
      throws IOException, InterruptedException {
    return http.send(fetching(url, headers), BodyHandlers.ofByteArray());
  }

  HttpRequest fetching(String url, String... headers) {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60));
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  HttpClient http() {
    return http;
  }

  static JsonNode json(HttpResponse<String> response) {
    return SandboxAnswer.parse(response.body());
  }
}
