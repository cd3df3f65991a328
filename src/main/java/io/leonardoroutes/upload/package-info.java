/**
 * Pictures of callers: {@link io.leonardoroutes.upload.PictureFolder} checks and keeps their bytes,
 * {@link io.leonardoroutes.upload.UploadStep} uploads each of them to the provider, once per
 * content and account, before a job that needs it is submitted, and {@link
 * io.leonardoroutes.upload.RequestPictures} reads those that a request names.
 *
 * <p>Uploads are free, so they are simply repeated when they fail. None of this can pay.
 */
package io.leonardoroutes.upload;
