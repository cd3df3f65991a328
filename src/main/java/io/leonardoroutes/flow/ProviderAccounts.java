package io.leonardoroutes.flow;

import static io.leonardoroutes.job.Job.DEFAULT_ACCOUNT;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.Secret;
import io.leonardoroutes.settings.SecretRegistry;
import io.leonardoroutes.settings.SettingReader;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The accounts at the provider: the one of {@code leonardo.api-key}, named {@code default}, and
 * those of {@code leonardo.accounts.<name>.api-key}. A request only chooses among the names.
 */
public record ProviderAccounts(SortedMap<String, Account> byName) {
  private static final String NAME = "[a-z0-9][a-z0-9-]{0,62}";

  /** A shorter key could be a word that occurs in answers anyway. */
  private static final int SHORTEST_HIDDEN = 16;

  private static final Set<String> REFUNDS = Set.of("never", "failed");
  private static final Set<String> CURRENCIES = Set.of("DOLLARS", "CREDITS");

  /**
   * One account.
   *
   * @param key read anew for each call
   * @param callers the callers whose requests use it by default; if any, only they and operators
   *     may name it
   * @param webhookKey the key of its webhook notices, or null
   * @param refund whether the cost of a job without a video is assumed to be refunded
   */
  public record Account(
      String name,
      Secret key,
      AccountLimits limits,
      Set<String> callers,
      Secret webhookKey,
      boolean refund) {

    private boolean isFor(String caller, boolean operator) {
      return operator || callers.isEmpty() || caller != null && callers.contains(caller);
    }

    /** The prefix of the account's own settings. */
    public String prefix() {
      return name.equals(DEFAULT_ACCOUNT) ? "leonardo." : SettingReader.ACCOUNTS + name + ".";
    }

    /** Nothing that is secret. */
    @Override
    public String toString() {
      return "Account[" + name + "]";
    }
  }

  /**
   * Reads every account.
   *
   * @throws BadSetting for the first that cannot work
   */
  static ProviderAccounts read(SettingReader keys, SecretRegistry secrets) {
    SortedMap<String, Account> byName = new TreeMap<>();
    TreeSet<String> others = keys.namesUnder(SettingReader.ACCOUNTS);
    for (String name : others) {
      String key = SettingReader.ACCOUNTS + name + ".api-key";
      if (!name.matches(NAME) || name.equals(DEFAULT_ACCOUNT)) {
        throw new BadSetting(
            key, "an account's name is made of a-z, 0-9 and -, and is not 'default'");
      }
      if (!keys.isSet(key)) {
        throw new BadSetting(key, "not set; each account has a key of its own");
      }
      byName.put(name, account(keys, secrets, name, SettingReader.ACCOUNTS + name + "."));
    }
    if (keys.isSet("leonardo.api-key")) {
      byName.put(DEFAULT_ACCOUNT, account(keys, secrets, DEFAULT_ACCOUNT, "leonardo."));
    } else if (others.isEmpty()) {
      throw new BadSetting(
          "leonardo.api-key", "not set; set it, or try without one: leonardo.sandbox=true");
    }
    ProviderAccounts accounts = new ProviderAccounts(byName);
    accounts.check();
    return accounts;
  }

  private static Account account(
      SettingReader keys, SecretRegistry secrets, String name, String prefix) {
    String callers = prefix + "callers";
    Account account =
        new Account(
            name,
            secrets.required(prefix + "api-key"),
            limits(keys, name, prefix),
            keys.isSet(callers) ? Set.copyOf(keys.names(callers)) : Set.of(),
            secrets.optionalPair(own(keys, prefix, "webhook.key")),
            refund(keys, prefix));
    for (String caller : account.callers()) {
      if (!caller.matches(Caller.NAME)) {
        throw new BadSetting(callers, "'" + caller + "' cannot be a caller's name");
      }
    }
    return account;
  }

  /** The setting of the account if there is one, else the one for all accounts. */
  private static String own(SettingReader keys, String prefix, String key) {
    return keys.isSet(prefix + key) ? prefix + key : "leonardo." + key;
  }

  static AccountLimits limits(SettingReader keys, String name, String prefix) {
    return new AccountLimits(
        name,
        keys.integer(own(keys, prefix, "limits.concurrent"), 1, AccountLimits.MOST_CONCURRENT),
        keys.integer(own(keys, prefix, "limits.creates-per-minute"), 1, AccountLimits.MOST_CREATES),
        keys.integer(
            own(keys, prefix, "limits.requests-per-minute"), 2, AccountLimits.MOST_REQUESTS),
        keys.duration("leonardo.track.give-up"),
        budget(keys, prefix),
        probe(keys));
  }

  private static Duration probe(SettingReader keys) {
    String key = "leonardo.submit.probe";
    return keys.text(key).matches("0s?") ? Duration.ZERO : keys.duration(key);
  }

  private static boolean refund(SettingReader keys, String prefix) {
    String key = own(keys, prefix, "budget.refund");
    String refund = keys.text(key);
    if (!REFUNDS.contains(refund)) {
      throw new BadSetting(key, "'" + refund + "' is neither never nor failed");
    }
    return refund.equals("failed");
  }

  private static Budget budget(SettingReader keys, String prefix) {
    String key = own(keys, prefix, "budget.currency");
    String currency = keys.text(key);
    if (!CURRENCIES.contains(currency)) {
      throw new BadSetting(key, "'" + currency + "' is neither DOLLARS nor CREDITS");
    }
    BigDecimal perDay = keys.amount(own(keys, prefix, "budget.per-day"));
    BigDecimal unknown = keys.amount(own(keys, prefix, "budget.price-unknown"));
    return perDay == null
        ? null
        : new Budget(perDay, currency, unknown == null ? perDay : unknown, refund(keys, prefix));
  }

  /** Checks what two accounts must not share. */
  private void check() {
    Map<String, String> keys = new HashMap<>();
    Map<String, String> callers = new HashMap<>();
    for (Account account : byName.values()) {
      String other = keys.putIfAbsent(account.key().get(), account.name());
      if (other != null) {
        throw new BadSetting(
            account.prefix() + "api-key",
            "is the key of account "
                + other
                + " too: one key is one account, with one set of limits");
      }
      for (String caller : account.callers()) {
        String first = callers.putIfAbsent(caller, account.name());
        if (first != null) {
          throw new BadSetting(
              account.prefix() + "callers", "'" + caller + "' already uses account " + first);
        }
      }
    }
    if (concurrent() > AccountLimits.MOST_CONCURRENT) {
      throw new BadSetting(
          "leonardo.limits.concurrent",
          "all accounts together have %s: at most %s"
              .formatted(concurrent(), AccountLimits.MOST_CONCURRENT));
    }
  }

  /** The name of something that can be unavailable for one account alone. */
  public static String ofAccount(String what, String account) {
    return account.equals(DEFAULT_ACCOUNT) ? what : what + ", by account " + account;
  }

  public Collection<Account> all() {
    return byName.values();
  }

  public Set<String> names() {
    return byName.keySet();
  }

  public Optional<Account> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The words of the provider with our keys blanked out. */
  public String withoutKeys(String said) {
    String without = said;
    for (Account account : byName.values()) {
      String key = account.key().get();
      without = key.length() < SHORTEST_HIDDEN ? without : without.replace(key, "***");
    }
    return without;
  }

  /** How many jobs may run at once in all accounts together. */
  int concurrent() {
    return byName.values().stream().mapToInt(account -> account.limits().concurrent()).sum();
  }

  /** The names of the accounts that this caller may use, sorted. */
  public Set<String> of(String caller, boolean operator) {
    return byName.values().stream()
        .filter(account -> account.isFor(caller, operator))
        .map(Account::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The account of a request that names none: the one that lists the caller, else the default one,
   * else the only one.
   *
   * @param among the accounts that the caller may use
   */
  public Optional<String> chosen(String caller, Set<String> among) {
    Optional<String> listed =
        byName.values().stream()
            .filter(account -> caller != null && account.callers().contains(caller))
            .map(Account::name)
            .findFirst();
    boolean only = byName.size() == 1;
    return listed.or(
        () -> among.stream().filter(name -> only || name.equals(DEFAULT_ACCOUNT)).findFirst());
  }
}
