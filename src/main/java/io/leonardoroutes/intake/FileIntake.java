package io.leonardoroutes.intake;

import io.leonardoroutes.event.OutboxFileName;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.OldFiles;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import io.leonardoroutes.flow.FileSettings;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.job.IntakePaused;
import io.leonardoroutes.lines.LineDefaults;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.upload.PicturesMissing;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code intake-file.camel.yaml}: which dropped files are ready, how one is opened and
 * where it is moved.
 *
 * <p>We move files ourselves: the file endpoint takes a backslash in a name for a folder, and would
 * move a file away that was replaced while it was read.
 *
 * <p>One file, because whether a file is ready, ours and moved is one question about one file.
 */
public final class FileIntake implements GenericFileFilter<File> {
  private static final Logger LOG = LoggerFactory.getLogger(FileIntake.class);
  private static final String REJECTED = ".rejected";

  /** Stands in a name for bytes that are not valid in the system's encoding. */
  private static final char UNREADABLE = '\uFFFD';

  private static final String NO_TEXT =
      "its name is not text in %s, as file names are read here: rename it"
          .formatted(System.getProperty("sun.jnu.encoding", "UTF-8"));
  private static final int LONGEST_NAME = 255 - ".part-.reason.json".length();

  private final FlowContext flow;
  private final LeonardoSettings.Intakes settings;
  private final FolderPolicy policy;

  private final ReadyFiles ready;
  private final RejectedFiles rejected;
  private final StayingFiles staying;
  private final PictureUsers pictureUsers;
  private final RetryStep retries;

  /** Of all files, while something that each of them needs is unavailable. */
  private final RepeatInterval rest = new RepeatInterval(Duration.ofSeconds(5));

  public FileIntake(FlowContext flow, RetryStep retries) {
    this.retries = retries;
    this.flow = flow;
    this.settings = flow.settings().intakes();
    this.policy = flow.settings().files().policy();
    this.ready = new ReadyFiles(settings, System::nanoTime);
    this.rejected = new RejectedFiles(flow);
    if (settings.file()) {
      rejected.add(settings.inbox().resolve(REJECTED));
    }
    this.staying = new StayingFiles(LOG, flow.clock());
    this.pictureUsers = new PictureUsers(settings.maxBytes());
    flow.settings().secrets().onRefresh(staying::logSuppressed);
  }

  /** Whether the file can be read and, as far as one can see, is complete. */
  @Override
  public boolean accept(GenericFile<File> candidate) {
    return accept(candidate, false);
  }

  /** The filter of a folder in which each picture alone becomes a video too. */
  public GenericFileFilter<File> withPictures() {
    return candidate -> accept(candidate, true);
  }

  private boolean accept(GenericFile<File> candidate, boolean pictures) {
    if (!rest.isOver(flow.clock().instant())) {
      return false;
    }
    File file = candidate.getFile();
    if (staying.isPassedOver(file)) {
      return false;
    }
    try {
      Path path = file.toPath();
      if (Files.isRegularFile(path) && Files.isReadable(path)) {
        if (DroppedFile.isRequest(file)) {
          return ready.isReady(path);
        }
        return pictures && isAlone(path) || left(file, path);
      }
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        logIfRequest(file, "it is not a file that can be read");
      } else if (file.getName().indexOf(UNREADABLE) >= 0) {
        logNotTaken(file, NO_TEXT);
      }
    } catch (NoSuchFileException e) {
      return false; // another instance was first
    } catch (InvalidPathException e) {
      logNotTaken(file, NO_TEXT);
    } catch (IOException e) {
      passOver(file, e);
    }
    return false;
  }

  /** Whether it is a picture that no waiting request names. */
  private boolean isAlone(Path path) throws IOException {
    String name = path.getFileName().toString();
    return DroppedFile.isPicture(name)
        && ready.isSettled(path)
        && !pictureUsers.uses(path.getParent(), null, name);
  }

  private void logIfRequest(File file, String why) {
    if (DroppedFile.isFormat(file.getName())) {
      logNotTaken(file, why);
    }
  }

  /** Never taken; said of one that is no temporary file of a writer or of the system. */
  private boolean left(File file, Path path) throws IOException {
    String name = file.getName();
    boolean hidden = name.startsWith(".");
    if ((!hidden || DroppedFile.isFormat(name))
        && !LineDefaults.isName(name)
        && ready.isLeft(path)) {
      staying.log(
          file,
          "{} is not taken: {}",
          hidden
              ? "its name begins with a dot, as those of files that are still written"
              : DroppedFile.isPicture(name)
                  ? "it is a picture, and moves with the last request that names it"
                  : "only files whose names end in .json, .jsonl or .csv are");
    }
    return false;
  }

  private void logNotTaken(File file, String why) {
    staying.log(file, "{} stays where it is, and is tried again: {}", why);
  }

  /** What fails for one file holds up no other. */
  private void passOver(File file, Throwable why) {
    logNotTaken(file, String.valueOf(why));
    staying.passOver(file);
  }

  /**
   * Replaces the file in the body by its bytes, at most as many as show that it is too long. The
   * same name and content is the same request. Sets {@code leonardoBatch} if it holds many. A
   * picture is replaced by a request for a video of it.
   *
   * @throws io.leonardoroutes.job.IntakePaused if an operator has paused the folders
   * @throws RequestRejected if it is a link that leads elsewhere
   */
  public void open(Exchange exchange) throws IOException {
    flow.requireOpen(IntakeProperties.FILE);
    exchange.setProperty(FlowProperties.PAUSED_AS, IntakeProperties.FILE);
    // not the body as a File: Camel turns a backslash in its name round
    Path path = ((File) exchange.getMessage().getBody(GenericFile.class).getFile()).toPath();
    exchange.setProperty(FlowProperties.FILE, path.toFile());
    DroppedFile dropped = DroppedFile.at(path);
    exchange.setProperty(FlowProperties.DROPPED, dropped);
    if (!ready.isStill(path, dropped.version())) {
      throw new DroppedFile.Changed(path);
    }
    mustBeOurs(path.resolveSibling(DroppedFile.ACCEPTED));
    mustBeOurs(path.resolveSibling(REJECTED));
    String name = path.getFileName().toString();
    exchange.setProperty(FlowProperties.NAME, OutboxFileName.ofDropped(name, "request"));
    Path real = path.toRealPath();
    if (!real.startsWith(path.getParent().toRealPath())) {
      throw new RequestRejected(
          400, "link", "The file is a link", "it leads out of the folder: drop the file itself");
    }
    try (InputStream in = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
      boolean picture = DroppedFile.isPicture(name);
      int most = picture ? flow.settings().uploads().maxBytes() : settings.maxBytes();
      byte[] bytes = in.readNBytes(most + 1);
      if (!dropped.isThere()) {
        throw new DroppedFile.Changed(path);
      }
      String intake = exchange.getProperty(FlowProperties.INTAKE, String.class);
      String key = intake + ":" + name + ":" + AcceptStep.sha256(bytes);
      exchange.setProperty(FlowProperties.KEY, key);
      exchange.setProperty(FlowProperties.ONE_REQUEST, true);
      exchange.setProperty(FlowProperties.BATCH, !picture && ReadyFiles.isBatch(name, bytes));
      InboxPictures pictures = new InboxPictures(path.getParent(), () -> ready.isYoung(path));
      exchange.setProperty(
          FlowProperties.PICTURE_SOURCE, picture ? pictures.with(name, bytes) : pictures);
      exchange.getMessage().setBody(picture ? request(path, key) : bytes);
      FailedFiles.retriedBy(name)
          .ifPresent(job -> retries.dropped(exchange, job, AcceptStep.sha256(bytes)));
    }
  }

  /** For a picture that has a job, any request does: the job is answered. */
  private byte[] request(Path picture, String key) throws IOException {
    String defaults =
        flow.ledger().withKey(key).isPresent()
            ? "{}"
            : LineDefaults.read(picture, settings.maxBytes());
    return LineDefaults.requestFor(picture.getFileName().toString(), defaults);
  }

  /** Fails before a file is taken that could not be moved. */
  private void mustBeOurs(Path folder) throws UnsafeFolder {
    try {
      SafeFolder.open(folder, policy).close();
    } catch (UnsafeFolder e) {
      throw e;
    } catch (IOException madeOrSaidLater) {
      LOG.trace("{} is not there yet", folder, madeOrSaidLater);
    }
    flow.outages().reportUp(aFolder(folder.toAbsolutePath()));
  }

  private static String aFolder(Path folder) {
    return "the folder " + folder;
  }

  /** Moves the file to {@code .accepted}: its job is durable. */
  public void accepted(Exchange exchange) throws IOException {
    DroppedFile dropped = exchange.getProperty(FlowProperties.DROPPED, DroppedFile.class);
    try (SafeFolder folder =
        SafeFolder.openOrCreate(dropped.path().resolveSibling(DroppedFile.ACCEPTED), policy)) {
      // First, so that a program that dies in between finds them again by their request.
      if (exchange.getProperty(FlowProperties.PICTURE_SOURCE) instanceof InboxPictures pictures) {
        pictures.moveTo(DroppedFile.ACCEPTED, pictureUsers, dropped.path(), policy);
      }
      dropped.moveTo(folder);
    }
    gone(dropped);
  }

  private void gone(DroppedFile dropped) {
    staying.forget(dropped.path().toFile());
    ready.forget(dropped.path());
  }

  /** Deletes old rejected files. */
  public void forgetRejected() {
    rejected.sweep();
  }

  /** Deletes old accepted files and reports of batches. */
  public void forgetAccepted() {
    FileSettings files = flow.settings().files();
    Path accepted = settings.inbox().resolve(DroppedFile.ACCEPTED);
    if (settings.file()) {
      forget(accepted, name -> true, files.acceptedKeep());
    }
    forget(
        flow.settings().batches().outbox(),
        name -> BatchReports.ENDINGS.stream().anyMatch(name::endsWith),
        files.reportsKeep());
  }

  private void forget(Path folder, Predicate<String> wanted, Duration keep) {
    if (keep == null) {
      return;
    }
    try {
      int deleted = OldFiles.delete(folder, wanted, flow.clock().instant().minus(keep));
      if (deleted > 0) {
        LOG.info("{} files older than {} deleted from {}", deleted, keep, folder);
      }
    } catch (IOException e) {
      LOG.warn("cannot delete old files from {}: {}", folder, String.valueOf(e));
    }
  }

  /** Moves the file to {@code .rejected}, with the problem in the body beside it. */
  public void rejected(Exchange exchange) throws IOException {
    DroppedFile dropped = exchange.getProperty(FlowProperties.DROPPED, DroppedFile.class);
    try (SafeFolder folder =
        SafeFolder.openOrCreate(dropped.path().resolveSibling(REJECTED), policy)) {
      String part = SafeFolder.PART + UUID.randomUUID();
      try {
        try (FileChannel out = folder.create(part)) {
          Channels.newOutputStream(out).write(exchange.getMessage().getBody(byte[].class));
        }
        folder.replace(part, reasonName(dropped.name()));
      } finally {
        folder.delete(part);
      }
      dropped.moveTo(folder);
    }
    gone(dropped);
    rejected.added(dropped.path().resolveSibling(REJECTED));
  }

  private static String reasonName(String dropped) {
    String name = LineFormat.nameOf(dropped);
    while (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
    }
    return name + ".reason.json";
  }

  /** Leaves the file where it is: it, or something else that is needed, is unavailable. */
  public void later(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    if (why instanceof NoSuchFileException) {
      return;
    }
    if (why instanceof IntakePaused) {
      rest.begin(flow.clock().instant());
      return;
    }
    if (why instanceof UnsafeFolder unsafe) {
      flow.outages()
          .reportWaiting(
              aFolder(unsafe.folder()),
              "files stay in %s and are tried again: %s"
                  .formatted(unsafe.folder().getParent(), unsafe.getMessage()));
      rest.begin(flow.clock().instant());
    } else if (why instanceof JdbiException) {
      flow.outages().reportFailure(Outages.INTAKE, why);
      rest.begin(flow.clock().instant());
    } else if (why instanceof PicturesMissing) {
      staying.passOver(exchange.getProperty(FlowProperties.FILE, File.class));
    } else {
      passOver(exchange.getProperty(FlowProperties.FILE, File.class), why);
    }
  }
}
