package io.leonardoroutes.sandbox;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * The provider's API, simulated by this process on 127.0.0.1: jobs are created, run for a while and
 * end with a real short video, and nothing is billed. Without a journal, {@link #close()} forgets
 * all jobs.
 *
 * <p>Safe for use by several threads. Its server has a single thread; a running job needs none.
 */
public final class Sandbox implements AutoCloseable {

  /** A prompt that contains this word is declined by moderation (status 400). */
  public static final String MODERATED_WORD = "sandbox-moderated";

  /** A prompt that contains this word is answered as if the key were wrong (status 401). */
  public static final String UNAUTHORIZED_WORD = "sandbox-unauthorized";

  /** A prompt that contains this word is answered as if the balance were used up (status 400). */
  public static final String NO_TOKENS_WORD = "sandbox-no-tokens";

  /** A prompt that contains this word makes a job that ends {@code FAILED}. */
  public static final String FAILING_WORD = "sandbox-fails";

  /** A prompt that contains this word makes a job that ends {@code COMPLETE} without a video. */
  public static final String NO_VIDEO_WORD = "sandbox-no-video";

  /** The only user, as answered by {@code GET /v1/me}. */
  public static final String USER_ID = "5a0db0c8-21a4-4c5e-8f67-90b8a3d7e1f2";

  private final Vertx vertx;
  private final SandboxJobs jobs;
  private final SandboxImages images;
  private final DoorServer doors;
  private final HttpServer server;

  private Sandbox(Vertx vertx, SandboxOptions options) {
    this.vertx = vertx;
    this.jobs = new SandboxJobs(options);
    this.images = new SandboxImages(options.clock());
    this.doors = new DoorServer(vertx, options.clock(), new SandboxProvider(options, jobs, images));
    this.server =
        vertx
            // HTTP/1.1 only: over HTTP/2 a fault that closes its connection would break other calls
            // too
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .requestHandler(doors.router())
            .listen(options.port(), DoorServer.ADDRESS)
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  /**
   * Starts a sandbox and waits until it listens.
   *
   * @throws IllegalStateException when the port is taken
   */
  public static Sandbox start(SandboxOptions options) {
    // no cache of class path files, which would leave a folder in java.io.tmpdir
    var files =
        new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(files));
    try {
      return new Sandbox(vertx, options);
    } catch (CompletionException e) {
      vertx.close();
      throw new IllegalStateException(whyNot(options, e.getCause()), e.getCause());
    }
  }

  /** The base URL for clients, in place of {@code https://cloud.leonardo.ai/api/rest}. */
  public String baseUrl() {
    return "http://" + host() + "/api/rest";
  }

  /** The host and port of the videos, for example {@code 127.0.0.1:8089}. */
  public String host() {
    return DoorServer.ADDRESS + ":" + server.actualPort();
  }

  /**
   * Scripts the next calls of an endpoint: one fault per call, in this order, after those scripted
   * before. {@link Fault#NONE} lets a call succeed.
   */
  public void next(Door door, Fault... faults) {
    doors.script(door).addAll(List.of(faults));
  }

  /**
   * Sets a function that chooses the fault of each create without a scripted one, given its JSON
   * text. It is called once per create, in order of arrival, on the sandbox's only thread, so it
   * must not block.
   */
  public void onCreate(Function<String, Fault> plan) {
    doors.plan(plan);
  }

  /** The accepted creates, oldest first; at most the latest 100,000. */
  public List<Create> creates() {
    return jobs.creates();
  }

  /** The number of calls of an endpoint, including refused ones and those with a fault. */
  public int count(Door door) {
    return doors.count(door);
  }

  /** The number of uploaded pictures that jobs can use: complete, and not deleted. */
  public int images() {
    return images.usable();
  }

  /**
   * The number of downloads and uploads with an Authorization header, each of which leaked the key.
   */
  public int leakedAuthorizations() {
    return doors.leaks();
  }

  /** Forgets jobs, faults and counts, and keeps listening. */
  public void reset() {
    jobs.clear();
    images.clear();
    doors.clear();
  }

  /** Stops listening and closes all connections. Cannot be started again. */
  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static String whyNot(SandboxOptions options, Throwable cause) {
    var place = DoorServer.ADDRESS + ":" + options.port();
    return cause instanceof BindException
        ? "The sandbox cannot listen on %s: the port is in use. Stop the process that uses it, or give the sandbox another port (0 for any free one)"
            .formatted(place)
        : "The sandbox cannot listen on %s: %s".formatted(place, cause);
  }
}
