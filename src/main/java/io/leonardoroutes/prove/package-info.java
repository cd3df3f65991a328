/**
 * The crash test that ships with the program: {@code java -jar leonardo-routes.jar prove}.
 *
 * <p>It starts the program as a child process against a simulated faulty provider, sends requests
 * over files, REST and JMS, kills the program (SIGKILL) again and again, and then compares what
 * callers were promised with what the provider was asked to make and what reached the outbox. Start
 * at {@link io.leonardoroutes.prove.ProveCommand}; {@link io.leonardoroutes.prove.ProofVerdict} is
 * the verdict.
 *
 * <p>It sees the program only from outside, as a customer does: its route files, its intakes, its
 * outbox and its REST answers. Nothing in the program knows about the test.
 */
package io.leonardoroutes.prove;
