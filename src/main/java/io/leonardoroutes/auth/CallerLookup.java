package io.leonardoroutes.auth;

import java.io.IOException;
import java.util.Optional;

/** Identifies callers by their credentials. */
public interface CallerLookup {
  /**
   * The caller with this key or token; empty if it is not valid.
   *
   * @throws IOException if the credentials cannot be checked at present
   */
  Optional<Caller> identify(String credential) throws IOException;
}
