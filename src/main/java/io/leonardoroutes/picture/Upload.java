package io.leonardoroutes.picture;

import java.time.Instant;

/**
 * The upload of one picture by one account.
 *
 * @param imageId the provider's id of the picture; null if it is not uploaded
 * @param uploadedAt when it was; null if it is not
 * @param tries that failed since
 * @param error why the last one failed, or null
 */
public record Upload(
    String account, Picture picture, String imageId, Instant uploadedAt, int tries, String error) {
  /** Tells uploads apart. */
  public String key() {
    return account + "/" + picture.sha256();
  }

  public boolean isDone() {
    return imageId != null;
  }
}
