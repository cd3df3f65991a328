/**
 * The HTTP client under every call to the provider, to the hosts of videos and to HTTP sinks: how
 * long a call may take, how much an answer may hold besides its body, by which proxy it goes, and
 * what of a call nobody logs.
 *
 * <p>Start with {@link io.leonardoroutes.http.BoundedClient}. The other end is taken to be hostile
 * or broken: it may send a head without end, one byte a second, or nothing at all.
 */
package io.leonardoroutes.http;
