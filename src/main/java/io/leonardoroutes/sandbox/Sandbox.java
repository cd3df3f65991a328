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
 * The provider's API on 127.0.0.1, played by this process: jobs are made, take their time and end
 * with a real little video, and nothing is paid. Without a journal all of it is lost at {@link
 * #close()}.
 *
 * <p>Safe for use by several threads. It has a server of its own with one thread, and holds no
 * thread while a job runs.
 */
public final class Sandbox implements AutoCloseable {

  /** A prompt that contains this is refused by moderation (status 400). */
  public static final String MODERATED_WORD = "sandbox-moderated";

  /** A prompt that contains this is refused as by a wrong key (status 401). */
  public static final String UNAUTHORIZED_WORD = "sandbox-unauthorized";

  /** A prompt that contains this is refused as by a balance that is used up (status 400). */
  public static final String NO_TOKENS_WORD = "sandbox-no-tokens";

  /** A prompt that contains this makes a job that ends {@code FAILED}. */
  public static final String FAILING_WORD = "sandbox-fails";

  /** A prompt that contains this makes a job that ends {@code COMPLETE} without a video. */
  public static final String NO_VIDEO_WORD = "sandbox-no-video";

  /** The only user there is, as {@code GET /v1/me} says. */
  public static final String USER_ID = "5a0db0c8-21a4-4c5e-8f67-90b8a3d7e1f2";

  private final Vertx vertx;
  private final SandboxJobs jobs;
  private final DoorServer doors;
  private final HttpServer server;

  private Sandbox(Vertx vertx, SandboxOptions options) {
    this.vertx = vertx;
    this.jobs = new SandboxJobs(options);
    this.doors = new DoorServer(vertx, options.clock(), new SandboxProvider(options, jobs));
    this.server =
        vertx
            // HTTP/1.1 only: over HTTP/2 a fault's closed connection would take other calls with it
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .requestHandler(doors.router())
            .listen(options.port(), DoorServer.ADDRESS)
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  /**
   * Starts one and waits until it listens.
   *
   * @throws IllegalStateException when the port is taken
   */
  public static Sandbox start(SandboxOptions options) {
    // no cache of class path files: it would leave a folder in the system's temporary one
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

  /** What a client takes in place of {@code https://cloud.leonardo.ai/api/rest}. */
  public String baseUrl() {
    return "http://" + host() + "/api/rest";
  }

  /** Address and port that the videos come from, as in {@code 127.0.0.1:8089}. */
  public String host() {
    return DoorServer.ADDRESS + ":" + server.actualPort();
  }

  /**
   * Scripts what goes wrong with the next calls at a door: one fault each, in this order, behind
   * those that were scripted before. {@link Fault#NONE} lets one pass.
   */
  public void next(Door door, Fault... faults) {
    doors.script(door).addAll(List.of(faults));
  }

  /**
   * Chooses what goes wrong with each create that no fault is scripted for, by the JSON text that
   * it sends. Asked once a create, in the order in which they come, on the sandbox's only thread,
   * so it must not block.
   */
  public void onCreate(Function<String, Fault> plan) {
    doors.plan(plan);
  }

  /** The creates that were accepted, oldest first; the newest 100,000. */
  public List<Create> creates() {
    return jobs.creates();
  }

  /** How many calls came to a door, refused and spoiled ones too. */
  public int count(Door door) {
    return doors.count(door);
  }

  /** How many downloads came with an Authorization header: each one a key given to strangers. */
  public int leakedAuthorizations() {
    return doors.leaks();
  }

  /** Forgets jobs, faults and counts, and goes on listening. */
  public void reset() {
    jobs.clear();
    doors.clear();
  }

  /** Stops listening and cuts what still hangs; once closed, it stays so. */
  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static String whyNot(SandboxOptions options, Throwable cause) {
    var place = DoorServer.ADDRESS + ":" + options.port();
    return cause instanceof BindException
        ? "The sandbox cannot listen on %s: the port is taken. Stop what holds it, or give the sandbox another port (0 for any free one)"
            .formatted(place)
        : "The sandbox cannot listen on %s: %s".formatted(place, cause);
  }
}
