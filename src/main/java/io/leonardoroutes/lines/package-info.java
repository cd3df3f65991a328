/**
 * The lines of a file with many requests: {@link io.leonardoroutes.lines.LineFormat} opens one of
 * JSON Lines, a JSON array or CSV, and each of its {@link io.leonardoroutes.lines.RequestLine}s is
 * a request. However long a file or a line is, it takes no more memory than one request.
 */
package io.leonardoroutes.lines;
