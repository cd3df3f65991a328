package io.leonardoroutes.video;

import java.nio.file.Path;

/**
 * A complete video, durably on disk.
 *
 * @param bytes its length in bytes
 * @param sha256 the hash of its bytes, in lower-case hexadecimal
 */
public record StoredVideo(Path path, long bytes, String sha256) {}
