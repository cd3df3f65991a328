/**
 * Safe work in folders that other users can write to: no links are followed, no foreign files are
 * overwritten ({@link io.leonardoroutes.files.SafeFolder}); and the permissions of what we create
 * ({@link io.leonardoroutes.files.FolderPolicy}).
 */
package io.leonardoroutes.files;
