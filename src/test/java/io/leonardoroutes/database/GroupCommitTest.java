package io.leonardoroutes.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Patience;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitTest {
  @TempDir Path folder;
  private final AtomicInteger commits = new AtomicInteger();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch free = new CountDownLatch(1);
  private final List<Thread> callers = new ArrayList<>();
  private volatile Runnable atCommit = () -> {};
  private volatile boolean commitFails;
  private volatile boolean closeFails;
  private GroupCommit sql;
  private Jdbi reader;

  @BeforeEach
  void open() {
    String url = "jdbc:sqlite:" + folder.resolve("ledger.db") + "?journal_mode=WAL";
    reader = Jdbi.create(url);
    reader.useHandle(handle -> handle.execute("CREATE TABLE move (n INTEGER)"));
    sql = new GroupCommit(Jdbi.create(watched(url)), Patience.LONG);
  }

  @AfterEach
  void end() throws InterruptedException {
    free.countDown();
    for (Thread caller : callers) {
      caller.join();
    }
  }

  /** Connections whose commits are counted, and can be made to fail. */
  private ConnectionFactory watched(String url) {
    return () -> {
      Connection connection = DriverManager.getConnection(url);
      return (Connection)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, args) -> {
                if (method.getName().equals("commit")) {
                  atCommit.run();
                  commits.incrementAndGet();
                  if (commitFails) {
                    throw new SQLException("disk full");
                  }
                }
                if (method.getName().equals("close") && closeFails) {
                  connection.close();
                  throw new SQLException("another file is in its place");
                }
                try {
                  return method.invoke(connection, args);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    };
  }

  private static Void add(Handle handle, int n) {
    handle.execute("INSERT INTO move VALUES (?)", n);
    return null;
  }

  private List<Integer> written() {
    return reader.withHandle(
        handle -> handle.createQuery("SELECT n FROM move ORDER BY n").mapTo(Integer.class).list());
  }

  private <R> CompletableFuture<R> call(Callable<R> call) {
    CompletableFuture<R> called = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                called.complete(call.call());
              } catch (Throwable e) {
                called.completeExceptionally(e);
              }
            });
    callers.add(caller);
    caller.start();
    return called;
  }

  /** Somebody's transaction that goes on until it is let go. */
  private void occupied() throws InterruptedException {
    call(
        () ->
            sql.inTransaction(
                handle -> {
                  busy.countDown();
                  free.await();
                  return null;
                }));
    busy.await();
  }

  private List<CompletableFuture<Void>> waiting(int callers) {
    List<CompletableFuture<Void>> all =
        IntStream.range(0, callers)
            .mapToObj(n -> call(() -> sql.inTransaction(handle -> add(handle, n))))
            .toList();
    await().atMost(Patience.LONG).until(() -> sql.waiting() == callers);
    return all;
  }

  @Test
  void movesThatWaitForEachOtherShareACommit() throws Exception {
    occupied();
    List<CompletableFuture<Void>> all = waiting(20);

    free.countDown();
    all.forEach(CompletableFuture::join);

    assertThat(commits).hasValue(2);
    assertThat(written()).hasSize(20);
  }

  @Test
  void soManyThatTheFirstWouldWaitLongShareSeveral() throws Exception {
    occupied();
    List<CompletableFuture<Void>> all = waiting(GroupCommit.MOST + 1);

    free.countDown();
    all.forEach(CompletableFuture::join);

    assertThat(commits).hasValue(3);
    assertThat(written()).hasSize(GroupCommit.MOST + 1);
  }

  @Test
  void nobodyIsToldBeforeTheCommit() throws Exception {
    occupied();
    List<CompletableFuture<Void>> all = waiting(5);
    AtomicBoolean early = new AtomicBoolean();
    atCommit = () -> early.compareAndSet(false, all.stream().anyMatch(CompletableFuture::isDone));

    free.countDown();
    all.forEach(CompletableFuture::join);

    assertThat(early).isFalse();
  }

  @Test
  void aMoveThatFailsFailsAlone() throws Exception {
    occupied();
    List<CompletableFuture<Void>> others = waiting(3);
    List<String> after = new ArrayList<>();
    CompletableFuture<Object> failing =
        call(
            () ->
                sql.inTransaction(
                    handle -> {
                      add(handle, 99);
                      handle.afterCommit(() -> after.add("told"));
                      throw new IllegalStateException("not this one");
                    }));
    await().atMost(Patience.LONG).until(() -> sql.waiting() == 4);

    free.countDown();
    others.forEach(CompletableFuture::join);

    assertThatThrownBy(failing::join).hasCauseExactlyInstanceOf(IllegalStateException.class);
    assertThat(written()).containsExactly(0, 1, 2);
    assertThat(after).isEmpty();
  }

  @Test
  void aCommitThatFailsIsToldToAllAndTriedNoSecondTime() throws Exception {
    occupied();
    List<CompletableFuture<Void>> all = waiting(3);
    commitFails = true;

    free.countDown();

    for (CompletableFuture<Void> each : all) {
      assertThatThrownBy(each::join).hasCauseInstanceOf(TransactionException.class);
    }
    assertThat(commits).hasValue(2);
    assertThat(written()).isEmpty();
  }

  @Test
  void whatIsCommittedIsNotDoneAgainThoughItsConnectionFailsAfterwards() throws Exception {
    occupied();
    List<CompletableFuture<Void>> all = waiting(3);
    closeFails = true;

    free.countDown();

    for (CompletableFuture<Void> each : all) {
      assertThatThrownBy(each::join).hasMessageContaining("Unable to close");
    }
    assertThat(written()).containsExactly(0, 1, 2);
  }

  @Test
  void aCallWithinATransactionJoinsIt() {
    sql.useTransaction(
        handle -> {
          add(handle, 1);
          sql.useTransaction(inner -> add(inner, 2));
          assertThat(
                  sql.<Integer, RuntimeException>withHandle(
                      inner ->
                          inner.createQuery("SELECT count(*) FROM move").mapTo(int.class).one()))
              .isEqualTo(2);
          assertThat(written()).isEmpty();
        });

    assertThat(commits).hasValue(1);
    assertThat(written()).containsExactly(1, 2);
  }

  @Test
  void whoWaitsForTooLongIsToldAndItsMoveIsNeverDone() throws Exception {
    sql =
        new GroupCommit(
            Jdbi.create(watched("jdbc:sqlite:" + folder.resolve("ledger.db"))),
            Duration.ofMillis(50));
    occupied();

    assertThatThrownBy(() -> sql.useTransaction(handle -> add(handle, 1)))
        .hasCauseInstanceOf(SQLTimeoutException.class);
    free.countDown();
    sql.useTransaction(handle -> add(handle, 2));

    assertThat(written()).containsExactly(2);
  }

  @Test
  void anInterruptFailsNoMoveAndIsKept() throws Exception {
    occupied();
    CompletableFuture<Boolean> interrupted =
        call(
            () -> {
              Thread.currentThread().interrupt();
              sql.useTransaction(handle -> add(handle, 1));
              return Thread.interrupted();
            });
    await().atMost(Patience.LONG).until(() -> sql.waiting() == 1);

    free.countDown();

    assertThat(interrupted.join()).isTrue();
    assertThat(written()).containsExactly(1);
  }
}
