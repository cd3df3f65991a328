/**
 * What the steps of every route work with: {@link io.leonardoroutes.flow.FlowContext} with the
 * settings, the ledger and the events; the properties of an exchange; the problems a job can have;
 * and delays between tries.
 *
 * <p>An intake of your own sets the first of {@link io.leonardoroutes.flow.FlowProperties}.
 */
package io.leonardoroutes.flow;
