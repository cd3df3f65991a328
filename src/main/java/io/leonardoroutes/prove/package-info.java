/**
 * The proof that ships with the program: {@code java -jar leonardo-routes.jar prove}.
 *
 * <p>It starts the program as a child process against a faulty provider of its own, asks it for
 * videos over file, REST and JMS, kills it with SIGKILL again and again, and then compares what the
 * callers were promised with what the provider was asked to make and what reached the outbox. Start
 * at {@link io.leonardoroutes.prove.ProveCommand}; {@link io.leonardoroutes.prove.ProofVerdict} is
 * the verdict.
 *
 * <p>It sees the program as a customer does, from outside only: its route files, its intakes, its
 * outbox and its REST answers. Nothing in the program knows that it is being proved.
 */
package io.leonardoroutes.prove;
