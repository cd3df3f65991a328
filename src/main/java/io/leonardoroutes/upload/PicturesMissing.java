package io.leonardoroutes.upload;

import java.io.IOException;

/** A picture of a request is not there yet, or not all of it: the request is tried again later. */
public final class PicturesMissing extends IOException {
  private static final long serialVersionUID = 1;

  PicturesMissing(String message) {
    super(message);
  }
}
