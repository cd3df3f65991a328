/**
 * The description of the REST API: the models with their JSON Schemas, and the {@link
 * io.leonardoroutes.openapi.OpenApi} document, made from the running routes and the records.
 */
package io.leonardoroutes.openapi;
