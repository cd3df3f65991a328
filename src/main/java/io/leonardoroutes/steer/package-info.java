/**
 * The operators' hands: what is paused and resumed, which limits are in force, which deliveries are
 * made again, and the figures that say how all of it stands.
 *
 * <p>Start with {@link io.leonardoroutes.steer.PauseStep}. What an operator says is kept in the
 * ledger ({@link io.leonardoroutes.limits.PauseTable}), where the guarded moves look at it.
 */
package io.leonardoroutes.steer;
