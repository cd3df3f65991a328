/**
 * Folders that others can write in too: what is created there is new, follows no link and is open
 * to nobody else ({@link io.leonardoroutes.files.SafeFolder}).
 */
package io.leonardoroutes.files;
