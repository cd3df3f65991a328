/**
 * Receipts of delivered videos: one for each video and sink, numbered and chained by hash, so that
 * it shows if one is missing or was changed.
 *
 * <p>Start with {@link io.leonardoroutes.receipt.ReceiptChain}, which numbers them as they are
 * delivered; {@link io.leonardoroutes.receipt.ReceiptFolder} checks those in a folder.
 */
package io.leonardoroutes.receipt;
