package io.leonardoroutes.flow;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The settings of files that other programs read or write too.
 *
 * @param policy for what we create in the inbox, the outbox and the folders of sinks
 * @param rejectedKeep how long a rejected file and its reason are kept
 * @param rejectedMost the most files that are kept in one {@code .rejected}}
 * @param acceptedKeep how long an accepted file is kept; null for ever
 * @param reportsKeep how long the report of a batch is kept after its last change; null for ever
 */
public record FileSettings(
    FolderPolicy policy,
    Duration rejectedKeep,
    int rejectedMost,
    Duration acceptedKeep,
    Duration reportsKeep) {
  private static final String PERMISSIONS = "leonardo.file.permissions";

  static FileSettings read(SettingReader keys) {
    return new FileSettings(
        new FolderPolicy(permissions(keys), Set.copyOf(keys.names("leonardo.file.owners"))),
        keys.duration("leonardo.rejected.keep"),
        keys.integer("leonardo.rejected.max-files", 2, 10_000_000),
        keep(keys, "leonardo.accepted.keep"),
        keep(keys, "leonardo.reports.keep"));
  }

  /** A time, or null for {@code never}: what is never deleted. */
  static Duration keep(SettingReader keys, String key) {
    return keys.text(key).equals("never") ? null : keys.duration(key);
  }

  /** Read from three digits, as for {@code chmod}. */
  private static Set<PosixFilePermission> permissions(SettingReader keys) {
    String digits = keys.text(PERMISSIONS);
    if (!digits.matches("6[0246]{2}")) {
      throw new BadSetting(
          PERMISSIONS, "'" + digits + "' is not a mode such as 600, 640, 644 or 660");
    }
    int bits = Integer.parseInt(digits, 8);
    // In the order of the bits, from the owner's read to the others' execute.
    List<PosixFilePermission> all = Arrays.asList(PosixFilePermission.values());
    Set<PosixFilePermission> set = new HashSet<>();
    for (int i = 0; i < all.size(); i++) {
      if ((bits >> (all.size() - 1 - i) & 1) == 1) {
        set.add(all.get(i));
      }
    }
    return set;
  }
}
