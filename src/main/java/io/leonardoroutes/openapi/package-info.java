/**
 * What the REST API says of itself: the models with their JSON Schemas, and {@link
 * io.leonardoroutes.openapi.OpenApi} made from the routes as they run and the records as they are.
 */
package io.leonardoroutes.openapi;
