package io.leonardoroutes.auth;

import io.vertx.ext.web.RoutingContext;

/** Pages that this server itself has, and what browsers may do with them. */
public interface OwnPages {
  /** None. */
  OwnPages NONE =
      new OwnPages() {
        @Override
        public boolean mayCall(RoutingContext call) {
          return false;
        }

        @Override
        public boolean answers(RoutingContext call) {
          return false;
        }
      };

  /** Whether a call with an Origin is one of our own page to one of our own pages. */
  boolean mayCall(RoutingContext call);

  /**
   * Answers a call without data, before its caller is known, if it is for such a page.
   *
   * @return whether it was answered
   */
  boolean answers(RoutingContext call);
}
