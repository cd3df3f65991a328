/**
 * Downloaded videos: the hosts they may come from, the checks on their bytes, and the {@link
 * io.leonardoroutes.video.VideoFolder} that keeps them. Nothing here opens a connection: an HTTP
 * client hands in the stream.
 */
package io.leonardoroutes.video;
