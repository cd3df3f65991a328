package io.leonardoroutes.upload;

import io.leonardoroutes.picture.PictureRejected;
import java.io.IOException;
import java.io.InputStream;

/** Where an intake has the pictures that its request names by {@code file}. */
public interface PictureSource {
  /**
   * Opens a picture; the caller closes it.
   *
   * @param name as the request says it: from outside, so it is looked up and nothing else
   */
  InputStream open(String name) throws PictureRejected, IOException;

  /** Whether a picture that is not there, or not all of it, may still come. */
  default boolean mayStillCome() {
    return false;
  }
}
