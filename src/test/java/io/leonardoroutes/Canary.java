package io.leonardoroutes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

/** Secrets that were planted, and every place in which one of them was found. */
final class Canary {
  private final Map<String, String> forms = new LinkedHashMap<>();
  private final List<String> found = new ArrayList<>();

  /** From now on it is looked for as it is, URL-encoded, and inside anything in Base64. */
  Canary plant(String name, String secret) {
    forms.put(secret, name);
    forms.put(URLEncoder.encode(secret, UTF_8), name + ", URL-encoded");
    for (int before = 0; before < 3; before++) {
      String text =
          Base64.getEncoder().encodeToString(("x".repeat(before) + secret).getBytes(UTF_8));
      String inner = text.substring(before == 0 ? 0 : 4, text.length() - 4);
      forms.put(inner, name + ", in Base64");
      forms.put(inner.replace('+', '-').replace('/', '_'), name + ", in Base64");
    }
    return this;
  }

  /** Where secrets were found so far, with what stands around them. */
  List<String> found() {
    return found;
  }

  void look(String where, Object text) {
    // some journals write two bytes for each character
    String all = String.valueOf(text).replace("\0", "");
    forms.forEach(
        (form, name) -> {
          int at = all.indexOf(form);
          if (at >= 0) {
            int end = Math.min(all.length(), at + form.length() + 20);
            found.add(name + " in " + where + ": " + all.substring(Math.max(0, at - 120), end));
          }
        });
  }

  /** In the names and the bytes of all files, but those of a name that must hold one. */
  void lookInFiles(Path folder) throws IOException {
    look("file names", Files.walk(folder).toList());
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        look(file.toString(), Files.readString(file, ISO_8859_1));
      }
    }
  }

  void lookInThreads() {
    look("thread names", Thread.getAllStackTraces().keySet());
  }

  /** All that JMX shows, but what the JVM was started with. */
  void lookInMBeans() throws JMException {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    for (ObjectName name : server.queryNames(null, null)) {
      look("MBean names", name);
      for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
        if (attribute.isReadable()) {
          look("MBean " + name + " " + attribute.getName(), value(server, name, attribute));
        }
      }
    }
  }

  private static Object value(MBeanServer server, ObjectName name, MBeanAttributeInfo attribute) {
    try {
      Object value = server.getAttribute(name, attribute.getName());
      return value instanceof Object[] many ? List.of(many) : value;
    } catch (JMException | RuntimeMBeanException unreadable) {
      return unreadable;
    }
  }
}
