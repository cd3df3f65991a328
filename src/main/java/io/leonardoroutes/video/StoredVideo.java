package io.leonardoroutes.video;

import java.nio.file.Path;

/**
 * A video that is whole and on the disk.
 *
 * @param bytes its length
 * @param sha256 of its bytes, in lower-case hexadecimal
 */
public record StoredVideo(Path path, long bytes, String sha256) {}
