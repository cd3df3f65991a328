/**
 * The command line: {@link io.leonardoroutes.command.ProgramCommands} has a class for each command.
 *
 * <p>{@code start} runs the program, and {@code restored} works in its place. Most of the others
 * ask a running program over REST ({@link io.leonardoroutes.command.RunningProgram}); {@code
 * validate}, {@code schema}, {@code models}, {@code quote} and {@code doctor} read its settings and
 * rules ({@link io.leonardoroutes.command.OfflineProgram}), whether or not it runs.
 */
package io.leonardoroutes.command;
