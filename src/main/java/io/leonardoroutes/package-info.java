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
 *    rejection goes back the way it came         +--&gt; LEDGER &lt;-----------+
 *                                                     ^  ^  ^
 *                          submit.camel.yaml  --------+  |  +-------- fetch.camel.yaml
 *                          POST v2/generations           |            GET the video
 *                                                track.camel.yaml
 *                                                GET v1/generations/{id}
 * </pre>
 *
 * <p>Read the files of {@code routes/} first: they tell the whole story. Beside those of the
 * drawing, {@code batch}, {@code batches}, {@code batch-status}, {@code dry-run} and {@code
 * message} belong to the intakes, {@code chain}, {@code expire}, {@code slots}, {@code reconcile}
 * and {@code upload} to submit, {@code picture} to accept, {@code webhook} to track; {@code
 * generations}, {@code events}, {@code video}, {@code history}, {@code costs}, {@code prices},
 * {@code models}, {@code pauses}, {@code drain}, {@code fetch-again}, {@code limits}, {@code
 * sinks}, {@code summary}, {@code approve}, {@code resolve}, {@code resolve-all}, {@code
 * redeliver}, {@code retry} and {@code uploads} are the other REST calls, and {@code answers} is
 * how all of them end; {@code board} and {@code board-actions} are the pages for operators; {@code
 * archive}, {@code clock}, {@code drift} and {@code secrets} run beside all of it. The page {@code
 * flow.md} says which class is behind each bean that they name. Then {@link
 * io.leonardoroutes.job.JobState}, the life of a job, and {@link io.leonardoroutes.ledger.Ledger},
 * which makes every change of its state.
 *
 * <p>The packages in layers, from the top; a package knows only packages below it:
 *
 * <pre>
 *  command                   the command line: one class for each command
 *  app                       start and stop: plug-in, checks, wiring
 *  board                     pages for operators
 *  steer                     the operators' hands: pauses, limits, figures
 *  api                       the read side of REST: jobs, events, waiting, videos, costs, prices
 *  submit   delivery         the one place that pays, and doubts | downloads, sinks, redelivery
 *  intake   track            file, REST, JMS, batch -&gt; accept | poll schedule, webhook
 *  upload                    pictures of requests, and their upload before submit
 *  provider                  how the provider is called: permits, keys, responses
 *  flow                      what every step works with: settings, events, problems, delays
 *  ledger                    what was promised and paid: the guarded moves
 *  limits   picture          what an account may do | pictures
 *  batch    archive          files with many requests, and what became of each | old jobs
 *  receipt                   receipts of delivered videos
 *  database                  the database under the ledger, and how its moves share commits
 *  job      leonardo         what a job is | what the provider answered, as sealed outcomes
 * </pre>
 *
 * <p>The other packages stand beside these layers. Requests: {@code models} and {@code problem}
 * over {@code request} (one file per model, and the rules) over {@code json}; {@code lines} reads
 * files with many of them. Input: {@code rest} over {@code auth} (and the names in {@code flow}),
 * and {@code jms}. Output: {@code event}, {@code video} and {@code http}. Used everywhere: {@code
 * settings} over {@code health} and {@code files}. {@code openapi} describes the API, {@code
 * metrics} measures, {@code drift} watches the list of models, {@code doctor} looks at what the
 * program needs. Separate from all of them: {@code sandbox}, a stand-in for the provider, and
 * {@code prove}, the command that kills the program to show that nothing is paid twice.
 *
 * <p>{@code ArchitectureTest} enforces this map. {@link io.leonardoroutes.app.RouteLoader} wires
 * the packages together, and {@link io.leonardoroutes.submit.SubmitStep} is the one place where
 * money is spent.
 */
package io.leonardoroutes;
