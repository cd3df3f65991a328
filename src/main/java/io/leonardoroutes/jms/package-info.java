/**
 * The JMS broker, the one inside or any other: how it is reached, and where callers have their
 * answers. It knows nothing of jobs.
 */
package io.leonardoroutes.jms;
