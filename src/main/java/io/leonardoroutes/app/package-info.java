/**
 * Starts and stops the program: the plug-in that any Camel runtime finds, the checks before
 * anything is opened, and the beans that the routes use.
 *
 * <p>Start with {@link io.leonardoroutes.app.RouteLoader}, which wires all packages together. Only
 * the commands use this package.
 */
package io.leonardoroutes.app;
