package io.leonardoroutes.picture;

import io.leonardoroutes.job.JobPicture;

/**
 * A picture that was checked, and whose bytes are kept.
 *
 * @param extension png, jpg or webp, as its first bytes say
 */
public record Picture(String sha256, String extension, int width, int height) {
  public static Picture of(JobPicture needed) {
    return new Picture(needed.sha256(), needed.extension(), needed.width(), needed.height());
  }

  /** Its file among those that are kept. */
  public String fileName() {
    return sha256 + "." + extension;
  }

  public String contentType() {
    return "image/" + (extension.equals("jpg") ? "jpeg" : extension);
  }
}
