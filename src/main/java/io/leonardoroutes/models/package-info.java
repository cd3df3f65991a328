/**
 * The models: {@link io.leonardoroutes.models.ModelRegistry} finds them and passes each request to
 * the model that it names; {@link io.leonardoroutes.models.RequestSchema} makes the JSON Schema of
 * a model's requests from its records and from the rules in force.
 */
package io.leonardoroutes.models;
