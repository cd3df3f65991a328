/**
 * Authentication of REST callers: {@link io.leonardoroutes.auth.AuthHandler} checks the key or
 * token of every call, identifies the {@link io.leonardoroutes.auth.Caller}, and applies the limits
 * per caller. The settings of the REST server are here too.
 */
package io.leonardoroutes.auth;
