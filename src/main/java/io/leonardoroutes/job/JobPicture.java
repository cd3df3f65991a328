package io.leonardoroutes.job;

/**
 * A picture of a request that has to be uploaded to the provider before the request is sent.
 *
 * @param pointer of the {@code image} in the request that becomes the provider's id of it
 * @param sha256 of its bytes, under which they are kept
 * @param extension as its bytes have it
 */
public record JobPicture(String pointer, String sha256, String extension, int width, int height) {}
