/**
 * The models there are: {@link io.leonardoroutes.models.ModelRegistry} finds them and hands a
 * request to the one that it names; {@link io.leonardoroutes.models.RequestSchema} makes the JSON
 * Schema of a model's requests from its records and from the rules in force.
 */
package io.leonardoroutes.models;
