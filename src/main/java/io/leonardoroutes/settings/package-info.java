/** How settings are read: {@link io.leonardoroutes.settings.Keys}, and what is wrong with one. */
package io.leonardoroutes.settings;
