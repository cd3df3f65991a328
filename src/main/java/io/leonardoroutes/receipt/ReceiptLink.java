package io.leonardoroutes.receipt;

/**
 * The place of a receipt in the chain of its sink.
 *
 * @param number 1 for the first
 * @param previous SHA-256 of the receipt before it, as hex; null for the first
 */
public record ReceiptLink(String sink, long number, String previous) {}
