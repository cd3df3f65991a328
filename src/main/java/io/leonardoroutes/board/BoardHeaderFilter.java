package io.leonardoroutes.board;

import org.apache.camel.http.base.HttpHeaderFilterStrategy;

/** Lets pages say that they are not to be kept; Camel leaves that out of answers. */
public final class BoardHeaderFilter extends HttpHeaderFilterStrategy {
  public BoardHeaderFilter() {
    getOutFilter().remove("cache-control");
  }
}
