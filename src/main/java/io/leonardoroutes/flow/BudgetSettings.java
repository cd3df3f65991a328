package io.leonardoroutes.flow;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.limits.PayerBudgets;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The settings {@code leonardo.budgets.<name>}: what a caller or a tag may cost. */
final class BudgetSettings {
  private static final String PRICE_UNKNOWN = "leonardo.budget.price-unknown";

  private BudgetSettings() {}

  /**
   * Reads every budget.
   *
   * @throws BadSetting for the first that cannot work
   */
  static PayerBudgets read(SettingReader keys, ProviderAccounts accounts) {
    List<PayerBudget> budgets = new ArrayList<>();
    for (String name : keys.namesUnder(SettingReader.BUDGETS)) {
      budgets.add(budget(keys, name, SettingReader.BUDGETS + name + "."));
    }
    if (!budgets.isEmpty()) {
      requireOneCurrency(keys, accounts);
    }
    return new PayerBudgets(budgets);
  }

  private static PayerBudget budget(SettingReader keys, String name, String prefix) {
    if (!name.matches("[a-z0-9][a-z0-9-]*")) {
      throw new BadSetting(prefix + "per-day", "a budget's name is made of a-z, 0-9 and -");
    }
    if (keys.isSet(prefix + "tag") == keys.isSet(prefix + "caller")) {
      throw new BadSetting(prefix + "tag", "a budget has either a tag or a caller");
    }
    BigDecimal day = amount(keys, prefix + "per-day");
    BigDecimal month = amount(keys, prefix + "per-month");
    if (day == null && month == null) {
      throw new BadSetting(
          prefix + "per-day", "not set; a budget has an amount per day, per month or both");
    }
    BigDecimal least = day == null || month != null && month.compareTo(day) < 0 ? month : day;
    BigDecimal set = keys.amount(PRICE_UNKNOWN);
    BigDecimal unknown = set == null ? least : set;
    return new PayerBudget(
        name,
        tag(keys, prefix + "tag"),
        caller(keys, prefix + "caller"),
        budget(keys, day, unknown),
        budget(keys, month, unknown));
  }

  private static BigDecimal amount(SettingReader keys, String key) {
    return keys.isSet(key) ? keys.amount(key) : null;
  }

  private static Budget budget(SettingReader keys, BigDecimal amount, BigDecimal unknown) {
    return amount == null
        ? null
        : new Budget(
            amount,
            keys.text("leonardo.budget.currency"),
            unknown,
            keys.text("leonardo.budget.refund").equals("failed"));
  }

  private static Tag tag(SettingReader keys, String key) {
    return keys.isSet(key)
        ? Tag.of(keys.text(key))
            .orElseThrow(() -> new BadSetting(key, "'" + keys.text(key) + "' is not " + Tag.FORM))
        : null;
  }

  private static String caller(SettingReader keys, String key) {
    if (!keys.isSet(key)) {
      return null;
    }
    String caller = keys.text(key);
    if (!caller.matches(Caller.NAME)) {
      throw new BadSetting(key, "'" + caller + "' cannot be a caller's name");
    }
    return caller;
  }

  /** A caller's jobs may go by any account, and amounts of two currencies cannot be added up. */
  private static void requireOneCurrency(SettingReader keys, ProviderAccounts accounts) {
    String key = "leonardo.budget.currency";
    for (ProviderAccounts.Account account : accounts.all()) {
      Budget budget = account.limits().budget();
      if (budget != null && !budget.unit().equals(keys.text(key))) {
        throw new BadSetting(
            account.prefix() + "budget.currency",
            "is not the %s of %s: leonardo.budgets needs one currency for all accounts"
                .formatted(keys.text(key), key));
      }
    }
  }
}
