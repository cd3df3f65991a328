/**
 * The HTTP server under the REST routes: {@link io.leonardoroutes.rest.RestServer} listens and
 * rejects calls that no route should see; {@link io.leonardoroutes.rest.AsyncHttp} answers late, or
 * with a stream, without holding a thread.
 *
 * <p>Nothing here knows of jobs, and of {@code flow} only the names of exchange properties.
 */
package io.leonardoroutes.rest;
