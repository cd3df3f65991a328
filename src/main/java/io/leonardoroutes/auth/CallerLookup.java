package io.leonardoroutes.auth;

import java.io.IOException;
import java.util.Optional;

/** What knows callers by what they bring. */
public interface CallerLookup {
  /**
   * Who brings this.
   *
   * @throws IOException if it cannot be found out now
   */
  Optional<Caller> who(String credential) throws IOException;
}
