package io.leonardoroutes;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The program in a process of its own, from the classes of this build, in a folder. */
record Child(Path folder, List<String> options, Map<String, String> environment) {
  static final String READY = "leonardo-routes ready";

  /** What it said, and its exit status; that of one that became ready and was then stopped is 0. */
  record Ended(int status, List<String> said) {
    String last() {
      return said.isEmpty() ? "" : said.get(said.size() - 1);
    }

    boolean wasReady() {
      return said.stream().anyMatch(line -> line.contains(READY));
    }
  }

  static Child in(Path folder, String... options) {
    return new Child(folder, List.of(options), Map.of());
  }

  /** With ports of its own, without a broker, and with nobody to pay. */
  static Child startable(Path folder, String... options) {
    List<String> all = new ArrayList<>();
    all.add("-Dleonardo.base-url=http://127.0.0.1:1/api/rest");
    all.add("-Dleonardo.api-key=key");
    all.add("-Dleonardo.rest.port=" + App.freePort());
    all.add("-Dleonardo.jms.enabled=false");
    all.add("-Dleonardo.management.enabled=false");
    all.addAll(List.of(options));
    return new Child(folder, all, Map.of());
  }

  Child with(Map<String, String> variables) {
    return new Child(folder, options, variables);
  }

  /** Runs it to its end, or until it is ready. */
  Ended run(String... arguments) throws IOException, InterruptedException {
    return runFrom(classPath(), arguments);
  }

  Ended runFrom(String classPath, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, LeonardoRoutes.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    List<String> said = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said.add(line);
        if (line.contains(READY)) {
          process.toHandle().destroy(); // unlike the process, it leaves the rest to be read
        }
      }
      return new Ended(process.waitFor(), said);
    } finally {
      process.destroyForcibly();
    }
  }

  static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
