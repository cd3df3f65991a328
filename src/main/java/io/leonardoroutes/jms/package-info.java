/**
 * The JMS broker, built in or external: the connection to it, its limits and its security, and the
 * addresses that replies may be sent to. Knows nothing of jobs.
 */
package io.leonardoroutes.jms;
