package io.leonardoroutes.ledger;

import io.leonardoroutes.database.LedgerDatabase;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.BlockedAccount.What;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;

/**
 * The accounts whose creates the provider declines, shared by all instances. No job is lost: all
 * wait, the declined one too, until a create works again.
 */
public final class BlockedAccounts {
  private final LedgerDatabase database;
  private final LedgerSql sql;
  private final Clock clock;

  BlockedAccounts(LedgerDatabase database, LedgerSql sql, Clock clock) {
    this.database = database;
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * The provider declined a create because of its account: the creates of this account pause on all
   * instances, for 10 s, then 20 s, at most 5 min, and after each pause one alone is tried. Call it
   * before the job is moved, which frees its slot.
   *
   * @param job as it was submitted
   * @param reason the provider's own words
   * @param before whether this very job met the same when it was last submitted. If others worked
   *     just now, it is declined by itself, as one that costs more than is left, and holds up none
   *     of them
   */
  public void met(Job job, What what, String reason, boolean before) {
    sql.useTransaction(
        handle -> {
          database.lockForAccounting(handle);
          long now = clock.millis();
          BlockedAccount blocked = BlockedAccount.read(handle, job.account());
          if (!(before && blocked.workedJustNow(now))
              && blocked.isNews(job.submittedAt().toEpochMilli(), now)) {
            blocked.again(what, reason, now).write(handle, job.account());
          }
        });
  }

  /**
   * Records that a create worked.
   *
   * @param job as it was submitted
   * @param shown what it shows to be good: a create that is declined for what it asks shows that
   *     the key is good
   */
  public void createWorked(Job job, Collection<What> shown) {
    if (of(job.account()).isEmpty()) {
      return;
    }
    sql.useTransaction(
        handle -> {
          database.lockForAccounting(handle);
          long now = clock.millis();
          BlockedAccount blocked = BlockedAccount.read(handle, job.account());
          if (blocked.stands()
              && shown.contains(blocked.what())
              && blocked.isNews(job.submittedAt().toEpochMilli(), now)) {
            blocked.createWorked(now).write(handle, job.account());
          }
        });
  }

  /** Why an account is blocked now; empty if it is not. */
  public Optional<BlockedAccount> of(String account) {
    return Optional.of(sql.withHandle(handle -> BlockedAccount.read(handle, account)))
        .filter(BlockedAccount::stands);
  }
}
