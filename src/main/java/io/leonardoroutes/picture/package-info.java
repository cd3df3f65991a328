/**
 * Pictures of callers: {@link io.leonardoroutes.picture.PictureFolder} checks them and keeps their
 * bytes, {@link io.leonardoroutes.picture.UploadTable} records which of them the provider has, and
 * which jobs wait for that.
 */
package io.leonardoroutes.picture;
