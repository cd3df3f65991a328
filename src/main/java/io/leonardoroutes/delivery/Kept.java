package io.leonardoroutes.delivery;

import java.nio.file.Path;

/**
 * A video that is whole and on the disk.
 *
 * @param bytes its length
 * @param sha256 of its bytes, in lower-case hexadecimal
 */
public record Kept(Path path, long bytes, String sha256) {}
