/**
 * HTTP calls to the provider: {@link io.leonardoroutes.provider.ProviderClient} adds the account's
 * key and sends a paid call only with a permit, which is good for one call; {@link
 * io.leonardoroutes.provider.ProviderResponse} is the answer, bounded and without keys.
 */
package io.leonardoroutes.provider;
