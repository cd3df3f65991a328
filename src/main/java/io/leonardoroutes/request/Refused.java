package io.leonardoroutes.request;

/** The name by which copies of our earlier route files catch a request that is rejected. */
public abstract class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  protected Refused(String message) {
    super(message);
  }
}
