/**
 * Health of the program: current outages ({@link io.leonardoroutes.health.Outages}), and the
 * management port with health and metrics ({@link io.leonardoroutes.health.HealthEndpoints}).
 */
package io.leonardoroutes.health;
