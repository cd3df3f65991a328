/**
 * How it goes: what is away and what is back ({@link io.leonardoroutes.health.Outages}), and the
 * port where operators ask ({@link io.leonardoroutes.health.HealthEndpoints}).
 */
package io.leonardoroutes.health;
