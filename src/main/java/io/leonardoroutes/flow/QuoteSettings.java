package io.leonardoroutes.flow;

import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/**
 * The settings that a quote needs. Reads no key of the provider and creates no folder, so that it
 * works beside a running program, and without one.
 *
 * @param rulesMapping null for the built-in rules
 * @param sinks their names
 * @param maxBytes the longest request
 */
public record QuoteSettings(
    ProviderAccounts accounts,
    LedgerConnection ledger,
    Path rulesMapping,
    Set<String> sinks,
    int maxBytes) {
  /**
   * Reads them.
   *
   * @throws BadSetting for the first that cannot work
   */
  public static QuoteSettings read(CamelContext context, SettingReader keys) {
    return new QuoteSettings(
        accounts(keys),
        LedgerSettings.read(context, keys, new SecretRegistry(keys)),
        LeonardoSettings.rulesMapping(keys),
        LeonardoSettings.sinks(context, keys).stream()
            .map(Sink::name)
            .collect(Collectors.toUnmodifiableSet()),
        LeonardoSettings.maxBytes(keys));
  }

  private static ProviderAccounts accounts(SettingReader keys) {
    SortedMap<String, ProviderAccounts.Account> byName = new TreeMap<>();
    for (String name : keys.namesUnder(SettingReader.ACCOUNTS)) {
      byName.put(name, account(keys, name, SettingReader.ACCOUNTS + name + "."));
    }
    if (byName.isEmpty() || keys.isSet("leonardo.api-key")) {
      byName.put(Job.DEFAULT_ACCOUNT, account(keys, Job.DEFAULT_ACCOUNT, "leonardo."));
    }
    return new ProviderAccounts(byName);
  }

  private static ProviderAccounts.Account account(SettingReader keys, String name, String prefix) {
    AccountLimits limits = ProviderAccounts.limits(keys, name, prefix);
    return new ProviderAccounts.Account(name, null, limits, Set.of(), null, false);
  }
}
