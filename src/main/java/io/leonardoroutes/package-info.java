/**
 * Routes between an enterprise's systems and the paid, asynchronous video API of Leonardo.AI.
 *
 * <pre>
 *  file   REST   JMS                                      any Camel endpoint (file, jms, http, ...)
 *    \     |     /                                                       ^
 *     intake-*.camel.yaml                                                |
 *          |                                                      deliver.camel.yaml
 *          v                                                             ^
 *   accept.camel.yaml    text &gt; json &gt; model &gt; validate &gt; commit          |
 *          |                                     |             one row per event x sink
 *    refusal goes back the way it came           +--&gt; LEDGER &lt;-----------+
 *                                                     ^  ^  ^
 *                          submit.camel.yaml  --------+  |  +-------- fetch.camel.yaml
 *                          POST v2/generations           |            GET the video
 *                                                track.camel.yaml
 *                                                GET v1/generations/{id}
 * </pre>
 *
 * <p>Read the files of {@code routes/} first: they tell the whole story. Beside those of the
 * drawing, {@code batch}, {@code dry-run} and {@code message} belong to the intakes, {@code slots}
 * and {@code reconcile} to submit, {@code webhook} to track; {@code generations}, {@code events},
 * {@code video}, {@code history}, {@code costs}, {@code models} and {@code resolve} are the other
 * REST calls, and {@code answers} is how all of them end. Then {@link
 * io.leonardoroutes.ledger.JobState}, the life of a job, and {@link
 * io.leonardoroutes.ledger.Ledger}, the only moves there are. {@link io.leonardoroutes.Boot} ties
 * all together; {@link io.leonardoroutes.Submit} is the one place where money is spent, and {@code
 * io.leonardoroutes.prove} the command that kills the program to show that none is spent twice.
 *
 * <p>The rooms: {@code request} (what may be asked), {@code ledger} (what was promised and paid),
 * {@code leonardo} (how it is said to the provider), {@code delivery} (events, sinks, videos),
 * {@code provider} (the HTTP client and what it bounds), {@code files} (what is created where
 * others write too), {@code rest} (the HTTP server and who may call it), {@code jms} (the broker),
 * {@code openapi} (what the REST API says of itself), {@code settings}, {@code health}, {@code
 * sandbox} (a stand-in for the provider) and {@code prove}. Only this package, whose classes are
 * the steps that routes name, ties them.
 */
package io.leonardoroutes;
