/**
 * A stand-in for the provider: its HTTP API on this machine, with the whole life cycle of a job, a
 * real short video, and faults on demand. It costs nothing and depends on no other package of this
 * library.
 *
 * <p>Start at {@link io.leonardoroutes.sandbox.Sandbox}. A call of an endpoint (a {@link
 * io.leonardoroutes.sandbox.Door}) is changed by the {@link io.leonardoroutes.sandbox.Fault}
 * scripted for it, if there is one, and answered by {@code SandboxProvider} and {@code
 * SandboxJobs}. Tests use it as a JUnit 5 extension: {@link
 * io.leonardoroutes.sandbox.SandboxExtension}, the only class here that needs JUnit.
 *
 * <p>It imitates what is known of the real API. What is not known (prices, the limit of a page of
 * the list, the answer of a full queue) is invented, and marked as such in the code.
 */
package io.leonardoroutes.sandbox;
