/**
 * Starts and stops the program: the command line, the plug-in that any Camel runtime finds, the
 * checks before anything is opened, and the beans that routes name.
 *
 * <p>Start with {@link io.leonardoroutes.app.RouteLoader}, which ties all rooms together. Nothing
 * but the main class knows this room.
 */
package io.leonardoroutes.app;
