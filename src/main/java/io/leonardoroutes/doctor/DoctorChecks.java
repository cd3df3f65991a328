package io.leonardoroutes.doctor;

import io.leonardoroutes.auth.RestSettings;
import io.leonardoroutes.database.LedgerReader;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.flow.LedgerSettings;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.http.AddressSecrets;
import io.leonardoroutes.http.HttpProxy;
import io.leonardoroutes.settings.SettingReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code doctor} looks at on this machine and in its network. */
public record DoctorChecks(SettingReader keys, LeonardoSettings settings) {
  private static final long GIB = 1L << 30;
  private static final long LITTLE = 2 * GIB;
  private static final long TOO_LITTLE = GIB / 4;
  private static final int CONNECT_MILLIS = 5_000;
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("^[a-z0-9+.-]+:(?://)?(?:[^/?#]*@)?([^/:?#,]+):(\\d{1,5})(?:[/?#,].*)?$");

  /** Which proxy calls to the provider take, and whether it can be reached. */
  public DoctorCheck proxy() {
    URI provider = settings.provider().baseUrl();
    HttpProxy proxy = settings.routes().proxyOf(provider);
    if (proxy == null) {
      return DoctorCheck.ok("proxy", "none for calls to " + provider.getHost());
    }
    String why = unreachable(proxy.host(), proxy.port());
    return why == null
        ? DoctorCheck.ok("proxy", proxy + " for calls to " + provider.getHost())
        : DoctorCheck.fail(
            "proxy", proxy + " cannot be reached: " + why, "mend it, or set leonardo.http.proxy");
  }

  /** Whether the ledger can be read; it is not changed. */
  public DoctorCheck ledger() {
    String where = LedgerSettings.address(settings.ledger());
    try {
      return LedgerReader.open(settings.ledger()).isPresent()
          ? DoctorCheck.ok("ledger", where + " can be read")
          : DoctorCheck.ok("ledger", where + " is made at the first start");
    } catch (RuntimeException e) {
      String why = why(e);
      return why.contains("at the next start")
          ? DoctorCheck.warn("ledger", where + ": " + why, "make a backup before")
          : DoctorCheck.fail(
              "ledger", where + ": " + why, "look at " + LedgerSettings.key(settings.ledger()));
    }
  }

  /** The reader says it in one line; what the driver says may have the address in it. */
  private String why(RuntimeException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String why = String.valueOf(cause.getMessage());
    String url = settings.ledger().url();
    return url == null ? why : why.replace(url, AddressSecrets.removedFrom(url));
  }

  /** The disks that the program writes to, each once. */
  public List<DoctorCheck> disks() {
    Map<String, DoctorCheck> byDisk = new LinkedHashMap<>();
    for (String key : List.of("leonardo.data", "leonardo.videos", "leonardo.outbox")) {
      Path folder = Path.of(keys.text(key)).toAbsolutePath();
      Path there = folder;
      while (Files.notExists(there)) {
        there = there.getParent();
      }
      try {
        String disk = Files.getFileStore(there).toString();
        long free = Files.getFileStore(there).getUsableSpace();
        byDisk.putIfAbsent(disk, disk(key, folder, free));
      } catch (IOException e) {
        byDisk.put(key, DoctorCheck.fail("disk", folder + ": " + e.getMessage(), "look at " + key));
      }
      if (!Files.isWritable(there)) {
        byDisk.put(
            key,
            DoctorCheck.fail(
                "disk", "this user cannot write in " + there, "run as the program's user"));
      }
    }
    return List.copyOf(byDisk.values());
  }

  private static DoctorCheck disk(String key, Path folder, long free) {
    String told = free / (GIB / 1024) + " MiB free for " + folder;
    String remedy = "free some, or move " + key;
    return free < TOO_LITTLE
        ? DoctorCheck.fail("disk", told, remedy)
        : free < LITTLE ? DoctorCheck.warn("disk", told, remedy) : DoctorCheck.ok("disk", told);
  }

  /**
   * Whether the ports are free, and whether an external broker can be reached.
   *
   * @param running whether the program runs here, so that its ports are taken
   */
  public List<DoctorCheck> ports(boolean running) {
    List<DoctorCheck> found = new ArrayList<>();
    if (settings.rest().enabled()) {
      found.add(port("leonardo.rest.port", settings.rest().host(), running));
    }
    if (keys.flag("leonardo.management.enabled")) {
      found.add(port("leonardo.management.port", keys.text("leonardo.management.host"), running));
    }
    if (settings.intakes().jms() && settings.jms().url() == null && settings.jms().portOpen()) {
      found.add(port("leonardo.jms.port", "127.0.0.1", running));
    } else if (settings.intakes().jms() && settings.jms().url() != null) {
      found.add(reached("broker", "leonardo.jms.url", settings.jms().url()));
    }
    if (settings.sandbox().on()) {
      found.add(port("leonardo.sandbox.port", "127.0.0.1", running));
    }
    return found;
  }

  private DoctorCheck port(String key, String host, boolean running) {
    int port = keys.integer(key, 1, 65_535);
    String name = host + ":" + port;
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      probe.setReuseAddress(true);
      return DoctorCheck.ok("port", name + " is free");
    } catch (IOException e) {
      return running
          ? DoctorCheck.ok("port", name + " is in use, and the program runs")
          : DoctorCheck.fail("port", name + " cannot be opened: " + e.getMessage(), "set " + key);
    }
  }

  /** Whether the place of a sink can be reached; nothing is sent there. */
  public DoctorCheck sink(Sink sink) {
    String key = "leonardo.sinks." + sink.name() + ".uri";
    String scheme = sink.uri().replaceFirst(":.*", "");
    return switch (scheme) {
      case "file" -> folder(sink, key);
      case "direct", "seda", "log", "mock" ->
          DoctorCheck.ok("sink", sink.name() + ": inside the program");
      default -> reached("sink", key, sink.uri());
    };
  }

  private static DoctorCheck folder(Sink sink, String key) {
    Path folder =
        Path.of(sink.uri().replaceFirst("^file:(//)?", "").replaceFirst("\\?.*", ""))
            .toAbsolutePath();
    Path there = folder;
    while (Files.notExists(there)) {
      there = there.getParent();
    }
    String told = sink.name() + ": " + folder;
    return Files.isDirectory(there) && Files.isWritable(there)
        ? DoctorCheck.ok("sink", told)
        : DoctorCheck.fail(
            "sink", told + " cannot be written by this user", "change its owner, or " + key);
  }

  private DoctorCheck reached(String check, String key, String address) {
    String shown = AddressSecrets.removedFrom(address.replaceFirst("\\?.*", ""));
    Matcher place = HOST_AND_PORT.matcher(withPort(address));
    if (!place.matches()) {
      return DoctorCheck.ok(check, shown + " is not checked: its address names no host and port");
    }
    String host = place.group(1);
    int port = Integer.parseInt(place.group(2));
    HttpProxy proxy = proxyOf(address);
    if (proxy != null) {
      return DoctorCheck.ok(check, shown + " is not checked: it is called through " + proxy);
    }
    String why = unreachable(host, port);
    return why == null
        ? DoctorCheck.ok(check, shown + " can be reached")
        : DoctorCheck.fail(check, shown + " cannot be reached: " + why, "mend it, or " + key);
  }

  private HttpProxy proxyOf(String address) {
    try {
      return LeonardoSettings.isOverHttp(address)
          ? settings.routes().proxyOf(URI.create(address.replaceFirst("\\?.*", "")))
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What http leaves out. */
  private static String withPort(String address) {
    Matcher plain = Pattern.compile("^(https?)://([^/:?#]+)([/?#].*)?$").matcher(address);
    return plain.matches()
        ? plain.group(1)
            + "://"
            + plain.group(2)
            + (plain.group(1).equals("https") ? ":443" : ":80")
        : address;
  }

  private static String unreachable(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      return null;
    } catch (IOException | IllegalArgumentException e) {
      return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
  }

  /** Whether the keys of callers can be read, where they are needed. */
  public Optional<DoctorCheck> callers() {
    RestSettings rest = settings.rest();
    if (!rest.enabled() || rest.auth() != RestSettings.Auth.API_KEY) {
      return Optional.empty();
    }
    return Optional.of(
        Files.isReadable(rest.keys())
            ? DoctorCheck.ok("callers", rest.keys() + " can be read")
            : DoctorCheck.fail(
                "callers",
                "there is no file " + rest.keys() + " with keys of callers",
                "make a key with the command key, and set leonardo.rest.keys"));
  }
}
