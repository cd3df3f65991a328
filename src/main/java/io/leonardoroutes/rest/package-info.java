/**
 * The HTTP server under the REST routes: {@link io.leonardoroutes.rest.RestServer} listens and
 * rejects what no route should see; {@link io.leonardoroutes.rest.AsyncHttp} answers late or at
 * length without holding a thread.
 *
 * <p>What a call means is said by the routes; nothing here knows of jobs, and of {@code flow} only
 * the names of exchange properties.
 */
package io.leonardoroutes.rest;
