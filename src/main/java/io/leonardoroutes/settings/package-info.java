/**
 * Where settings come from ({@link io.leonardoroutes.settings.SettingSources}), how they are read
 * ({@link io.leonardoroutes.settings.SettingReader}), and what is wrong with one.
 */
package io.leonardoroutes.settings;
