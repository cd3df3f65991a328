/**
 * How requests come in: from a folder, over REST and over JMS, alone or in batches. Each intake
 * opens its message and ends in {@link io.leonardoroutes.intake.AcceptStep}, which makes the
 * request a durable job or rejects it before it costs anything.
 */
package io.leonardoroutes.intake;
