/**
 * The HTTP client for every call to the provider, to the hosts of videos and to HTTP sinks. It
 * bounds the time of a call and the size of headers and framing, chooses the proxy, and keeps
 * secrets out of the log.
 *
 * <p>Start with {@link io.leonardoroutes.http.BoundedClient}. The peer is assumed to be hostile or
 * broken: it may send endless headers, one byte a second, or nothing at all.
 */
package io.leonardoroutes.http;
