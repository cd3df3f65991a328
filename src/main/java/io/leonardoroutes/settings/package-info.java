/**
 * Where settings come from ({@link io.leonardoroutes.settings.InForce}), how they are read ({@link
 * io.leonardoroutes.settings.Keys}), and what is wrong with one.
 */
package io.leonardoroutes.settings;
