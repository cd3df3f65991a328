/** What is away and what is back: {@link io.leonardoroutes.health.Outages}. */
package io.leonardoroutes.health;
