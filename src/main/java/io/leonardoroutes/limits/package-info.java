/**
 * What an account may do: {@link io.leonardoroutes.limits.AccountLimits} says how much, the rest
 * counts it over every instance that shares the ledger: slots, calls, money.
 */
package io.leonardoroutes.limits;
