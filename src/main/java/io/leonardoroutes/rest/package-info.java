/**
 * The HTTP server under the REST routes: it listens, tells callers apart before any route sees
 * them, and refuses what no route should see. Start with {@link io.leonardoroutes.rest.Door}.
 *
 * <p>What a call means is said by the routes; nothing here knows of jobs.
 */
package io.leonardoroutes.rest;
