/**
 * A stand-in for the provider: its HTTP API on this machine, with a job's whole life cycle, a real
 * little video, and faults on demand. It costs nothing and knows no other package of this library.
 *
 * <p>Start at {@link io.leonardoroutes.sandbox.Sandbox}. A call comes in through a {@link
 * io.leonardoroutes.sandbox.Door}, meets the {@link io.leonardoroutes.sandbox.Fault} that was
 * scripted for that door, if there is one, and is worked off by {@code SandboxProvider} over {@code
 * SandboxJobs}. Tests take it as a JUnit 5 extension: {@link
 * io.leonardoroutes.sandbox.SandboxExtension}, the only class here that needs JUnit.
 *
 * <p>What is known of the real API is what it imitates; what nobody knows (the price, the limit of
 * a page of the list, the answer of a full queue) it makes up, and says so at that place.
 */
package io.leonardoroutes.sandbox;
