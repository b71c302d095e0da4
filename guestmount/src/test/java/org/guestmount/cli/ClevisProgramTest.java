package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClevisProgramTest {
    @TempDir
    Path folder;

    /** A clevis that is a shell script. */
    private ClevisProgram clevis(String script, Duration limit) throws IOException {
        Path program = Files.writeString(folder.resolve("clevis"), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new ClevisProgram(List.of(folder), limit);
    }

    private ClevisProgram clevis(String script) throws IOException {
        return clevis(script, Duration.ofSeconds(30));
    }

    private static void assertFails(ClevisProgram clevis, String message) {
        assertThatThrownBy(() -> clevis.decrypt("a..b.c.d"))
                .isInstanceOf(ClevisException.class)
                .hasMessage(message);
    }

    @Test
    void theTokenIsWhatItReadsAndTheKeyWhatItPrints() throws Exception {
        assertThat(clevis("[ \"$*\" = decrypt ] && { cat; printf '\\n\\0x'; }").decrypt("a..b.c.d"))
                .isEqualTo("a..b.c.d\n\0x".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aTokenThatNobodyReadsIsNoReasonToWait() throws Exception {
        assertThat(clevis("printf key").decrypt("a".repeat(1 << 16)))
                .isEqualTo("key".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whyItFailedIsTheLastThingItSaid() throws Exception {
        assertFails(
                clevis("printf secret; printf 'first\\nlast \\033[31m\\342\\200\\256red\\n\\n' >&2; exit 1"),
                "clevis could not decrypt it: last ?[31m?red");
        assertFails(clevis("exit 3"), "clevis could not decrypt it: it failed and said nothing");
        assertFails(clevis("exit 0"), "clevis could not decrypt it: it failed and said nothing");
    }

    @Test
    void whatItSaysIsCut() {
        assertThat(ClevisProgram.lastLine("x".repeat(5000).getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("x".repeat(200));
    }

    @Test
    void whenItTakesTooLongItIsEndedWithWhatItRuns() throws Exception {
        Path started = folder.resolve("started");
        ClevisProgram clevis = clevis(
                "sh -c 'echo $$ > " + started + "; trap \"\" TERM; sleep 60; sleep 60'; true", Duration.ofSeconds(1));

        assertFails(clevis, "clevis was not done after 1 seconds, and was ended");

        long child = Long.parseLong(Files.readString(started).strip());
        ProcessHandle.of(child)
                .ifPresent(process -> assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(10)));
    }

    @Test
    void interruptingItEndsIt() throws Exception {
        Path started = folder.resolve("started");
        ClevisProgram clevis = clevis("echo $$ > " + started + "; sleep 60");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> clevis.decrypt("a..b.c.d")).isInstanceOf(InterruptedException.class);

        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .noneMatch(process -> process.info().commandLine().orElse("").contains(folder.toString()));
    }

    @Test
    void aHostWithoutItIsToldWhatToInstall() {
        ClevisProgram clevis = new ClevisProgram(List.of(folder));

        assertThatThrownBy(clevis::check)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("clevis is not installed on this host; install it (Debian");
        assertThatThrownBy(() -> clevis.decrypt("a..b.c.d")).isInstanceOf(UserException.class);
    }
}
