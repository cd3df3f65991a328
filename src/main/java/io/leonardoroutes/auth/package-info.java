/**
 * Who may call over REST: {@link io.leonardoroutes.auth.AuthHandler} stands before every path,
 * finds out who calls by key or token ({@link io.leonardoroutes.auth.Caller}), and holds each
 * caller to its share. The settings of the REST server are here too.
 */
package io.leonardoroutes.auth;
