/**
 * How requests come in: from a folder, over REST and over JMS, alone or in batches. Each intake
 * opens its message and ends in {@link io.leonardoroutes.intake.AcceptStep}, which makes the
 * request a durable job or rejects it before it costs anything. {@link
 * io.leonardoroutes.intake.RestIntake} opens every REST call with a body.
 */
package io.leonardoroutes.intake;
