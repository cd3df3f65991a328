/**
 * Problem documents, and the rejection of requests. A broken rule takes this path to the caller,
 * through three types:
 *
 * <pre>
 *  BodyText       bytes to text, bounded                          |  what fails here is thrown
 *  StrictJson     text to JSON                                    |  as a RequestRejected, or
 *  ModelRegistry  JSON to the record of its model                 |  as an exception that
 *  bean-validator the record against the rules of its annotations |  RequestRejected.of knows
 *       |
 *       |  ConstraintViolation, with the RuleContext that a rule added
 *       v
 *  ViolationMapper > Violation        one rule: pointer, code, message, allowed
 *                      v
 *                    Problem          the RFC 9457 document; Problem.json makes it, for all
 *                      v
 *                    RequestRejected  the exception that carries it; caught by the intake
 *       |
 *       +-- REST: ProblemAnswer     +-- folder: .rejected/NAME.reason.json
 *       +-- JMS: the reply, or the queue of rejected requests
 *       +-- sinks that want "rejected": the data of the event (RejectionNotifier)
 * </pre>
 *
 * <p>Problems of running jobs are made in {@link io.leonardoroutes.flow}, as the same kind of
 * document; those that the HTTP server answers before any route, in {@link io.leonardoroutes.auth}.
 */
package io.leonardoroutes.problem;
