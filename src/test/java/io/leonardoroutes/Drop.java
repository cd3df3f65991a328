package io.leonardoroutes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that files are dropped into, as their owner sees it. */
record Drop(Path inbox) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Drop into(Path inbox) throws IOException {
    return new Drop(Files.createDirectories(inbox));
  }

  static String request(String prompt) {
    return """
        {"model":"kling-3.0-turbo","parameters":{"prompt":"%s"}}"""
        .formatted(prompt);
  }

  Path file(String name, String text) throws IOException {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** In one move, as a careful writer does it. */
  Path file(String name, byte[] bytes) throws IOException {
    Path part = Files.write(inbox.resolve(".dropping"), bytes);
    return Files.move(part, inbox.resolve(name));
  }

  Path accepted(String name) {
    return inbox.resolve(".accepted").resolve(name);
  }

  Path rejected(String name) {
    return inbox.resolve(".rejected").resolve(name);
  }

  /** The reason beside a refused file, without that ending of its name. */
  JsonNode reason(String name) throws IOException {
    return JSON.readTree(rejected(name + ".reason.json").toFile());
  }
}
