/**
 * JSON read strictly into records, and the same records described as JSON Schema: {@link
 * io.leonardoroutes.json.StrictJson} parses, {@link io.leonardoroutes.json.RecordReader} reads,
 * {@link io.leonardoroutes.json.ParseTrace} remembers what could not be read and where each field
 * stands, {@link io.leonardoroutes.json.SchemaPart} describes.
 */
package io.leonardoroutes.json;
