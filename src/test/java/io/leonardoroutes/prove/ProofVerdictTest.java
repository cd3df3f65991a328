package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The proof can fail: false observations are noticed. */
class ProofVerdictTest {

  @Test
  void whatIsDeliveredAfterOnePaymentIsGood() {
    ProofVerdict account = ProofVerdict.of(Set.of(1, 2), Set.of(1, 2), Set.of(), List.of(2, 1));

    assertThat(account).isEqualTo(new ProofVerdict(List.of(), List.of(), List.of()));
    assertThat(account.good()).isTrue();
  }

  @Test
  void aPromisedRequestThatIsNowhereIsLost() {
    ProofVerdict account = ProofVerdict.of(Set.of(1, 2, 3), Set.of(2), Set.of(), List.of(2));

    assertThat(account.lost()).containsExactly(1, 3);
    assertThat(account.good()).isFalse();
  }

  @Test
  void aPromisedRequestThatIsPaidAndNotDeliveredIsLost() {
    ProofVerdict account = ProofVerdict.of(Set.of(1), Set.of(), Set.of(), List.of(1));

    assertThat(account.lost()).containsExactly(1);
    assertThat(account.good()).isFalse();
  }

  @Test
  void twoCreatesForOneRequestArePaidTwiceEvenIfItIsDelivered() {
    ProofVerdict account = ProofVerdict.of(Set.of(1, 2), Set.of(1, 2), Set.of(), List.of(1, 2, 1));

    assertThat(account.paidTwice()).containsExactly(1);
    assertThat(account.good()).isFalse();
  }

  @Test
  void twoCreatesForARequestThatIsHeldOrWasNeverConfirmedArePaidTwice() {
    ProofVerdict account = ProofVerdict.of(Set.of(1), Set.of(), Set.of(1), List.of(1, 1, 2, 2));

    assertThat(account.paidTwice()).containsExactly(1, 2);
    assertThat(account.good()).isFalse();
  }

  @Test
  void aHeldRequestIsInDoubtAndNotLost() {
    ProofVerdict account = ProofVerdict.of(Set.of(1, 2), Set.of(2), Set.of(1), List.of(1, 2));

    assertThat(account).isEqualTo(new ProofVerdict(List.of(), List.of(), List.of(1)));
    assertThat(account.good()).isTrue();
  }
}
