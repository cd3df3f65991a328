package io.leonardoroutes.upload;

import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureRejected;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where an intake has the pictures that its request names by {@code file}. */
public interface PictureSource {
  /**
   * Opens a picture; the caller closes it.
   *
   * @param name as the request says it: from outside, so it is looked up and nothing else
   */
  InputStream open(String name) throws PictureRejected, IOException;

  /** A picture that was read and kept before, and has not changed since. */
  default Optional<Picture> kept(String name) throws PictureRejected, IOException {
    return Optional.empty();
  }

  /** Remembers a picture that was opened, read, and is kept durably now. */
  default void remember(String name, Picture picture) {
    // only a source of many requests has a use for it
  }

  /** Whether a picture that is not there, or not all of it, may still come. */
  default boolean mayStillCome() {
    return false;
  }
}
