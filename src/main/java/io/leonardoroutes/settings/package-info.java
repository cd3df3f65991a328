/**
 * Settings: their sources ({@link io.leonardoroutes.settings.SettingSources}), typed and checked
 * access ({@link io.leonardoroutes.settings.SettingReader}), and secrets that may change at run
 * time ({@link io.leonardoroutes.settings.Secret}).
 */
package io.leonardoroutes.settings;
