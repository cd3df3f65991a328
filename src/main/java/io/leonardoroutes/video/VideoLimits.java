package io.leonardoroutes.video;

import java.time.Duration;
import java.util.List;

/**
 * The limits of a download.
 *
 * @param hosts {@code leonardo.download.hosts}: hosts with an optional port
 * @param maxBytes the size of the largest video
 * @param maxTime the longest download, from the first byte to the last
 */
public record VideoLimits(List<String> hosts, long maxBytes, Duration maxTime) {
  public VideoLimits {
    hosts = List.copyOf(hosts);
  }
}
