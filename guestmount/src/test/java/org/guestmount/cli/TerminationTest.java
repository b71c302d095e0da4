package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminationTest {
    private final List<String> done = new ArrayList<>();
    private final Termination termination = new Termination(() -> done.add("interrupt"));

    @Test
    void actsAsThePresentStageDoes() {
        termination.enter(() -> done.add("unmount"));

        termination.request();

        assertThat(done).containsExactly("unmount");
        assertThat(termination.isRequested()).isTrue();
    }

    @Test
    void aSecondRequestDoesNothing() {
        termination.request();
        termination.request();

        assertThat(done).containsExactly("interrupt");
    }

    @Test
    void aStageEnteredTooLateIsEndedAtOnce() {
        termination.request();

        termination.enter(() -> done.add("unmount"));

        assertThat(done).containsExactly("interrupt", "unmount");
    }

    @Test
    void nothingHappensUnrequested() {
        termination.enter(() -> done.add("unmount"));

        assertThat(done).isEmpty();
        assertThat(termination.isRequested()).isFalse();
    }
}
