/**
 * Whether the provider still has our models, and by the rules that we know ({@link
 * io.leonardoroutes.drift.DriftStep}). Nothing depends on it: it only tells.
 */
package io.leonardoroutes.drift;
