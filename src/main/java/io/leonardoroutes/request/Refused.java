package io.leonardoroutes.request;

/**
 * The exception that copies of our earlier route files catch for a rejected request. New code uses
 * its only subclass, {@code RequestRejected}.
 */
public abstract class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  protected Refused(String message) {
    super(message);
  }
}
