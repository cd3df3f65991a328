/**
 * How the provider is called: {@link io.leonardoroutes.provider.ProviderClient} adds the account's
 * key and lets a paid call out only with a permit, which the call uses up; {@link
 * io.leonardoroutes.provider.ProviderResponse} is what came back, bounded and without the key.
 */
package io.leonardoroutes.provider;
