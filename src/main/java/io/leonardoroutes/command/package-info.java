/**
 * The command line: {@link io.leonardoroutes.command.ProgramCommands} has a class for each command.
 *
 * <p>Some start or prepare the program ({@code start}, {@code restored}, {@code key}), some only
 * read its settings ({@code quote}).
 */
package io.leonardoroutes.command;
