package org.guestmount.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.guestmount.core.host.Programs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host's clevis, which asks Tang servers through the host's network and the host's TPM. Source: clevis-decrypt(1). */
final class ClevisProgram implements ClevisKeys.Decryption {
    private static final Logger LOG = LoggerFactory.getLogger(ClevisProgram.class);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** From when it is asked to end, for it may have files to remove, until it is made to. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** Far more than any passphrase that clevis makes. */
    private static final int MAX_KEY_BYTES = 1 << 16;

    private static final int MAX_ERROR_BYTES = 1 << 16;
    private static final int MAX_SHOWN_CHARS = 200;

    private final List<Path> searchPath;
    private final Duration limit;

    ClevisProgram(List<Path> searchPath) {
        this(searchPath, LIMIT);
    }

    ClevisProgram(List<Path> searchPath, Duration limit) {
        this.searchPath = List.copyOf(searchPath);
        this.limit = limit;
    }

    /** @throws UserException if it is not installed */
    void check() throws UserException {
        program();
    }

    private Path program() throws UserException {
        return Programs.find("clevis", searchPath)
                .orElseThrow(() -> new UserException("--key ID:clevis: clevis is not installed on this host; install it"
                        + " (Debian, Ubuntu, Fedora: clevis, and clevis-tpm2 for keys in a TPM)"));
    }

    @Override
    public byte[] decrypt(String jwe) throws UserException, ClevisException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(program().toString(), "decrypt").start();
        } catch (IOException e) {
            throw new UserException("--key ID:clevis: clevis cannot be run: " + e.getMessage(), e);
        }
        CompletableFuture<byte[]> key = new CompletableFuture<>();
        CompletableFuture<byte[]> errors = new CompletableFuture<>();
        try {
            read(process.getInputStream(), MAX_KEY_BYTES, key);
            read(process.getErrorStream(), MAX_ERROR_BYTES, errors);
            feed(process, jwe);
            return result(process, key, errors);
        } catch (TimeoutException e) {
            throw new ClevisException("clevis was not done after " + limit.toSeconds() + " seconds, and was ended", e);
        } catch (ExecutionException e) {
            throw new ClevisException("what clevis said cannot be read: " + e.getCause(), e);
        } finally {
            end(process);
        }
    }

    private byte[] result(Process process, CompletableFuture<byte[]> key, CompletableFuture<byte[]> errors)
            throws ClevisException, InterruptedException, TimeoutException, ExecutionException {
        long deadline = System.nanoTime() + limit.toNanos();
        if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException();
        }
        // It may have left somebody behind who holds its output open.
        byte[] printed = key.get(Math.max(deadline - System.nanoTime(), 1), TimeUnit.NANOSECONDS);
        if (process.exitValue() == 0 && printed.length > 0) {
            return printed;
        }
        erase(printed);
        byte[] said = errors.get(Math.max(deadline - System.nanoTime(), 1), TimeUnit.NANOSECONDS);
        throw new ClevisException("clevis could not decrypt it: " + lastLine(said));
    }

    /** A token fits into the pipe, so this does not wait. */
    private static void feed(Process process, String jwe) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(jwe.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // It ended without reading; its status says why.
        }
    }

    /** Reads to the end in a thread of its own, of which no more than a limit is kept. */
    private static void read(InputStream stream, int limit, CompletableFuture<byte[]> result) {
        Thread reader = new Thread(
                () -> {
                    byte[] buffer = new byte[limit];
                    try (stream) {
                        int count = stream.readNBytes(buffer, 0, limit);
                        result.complete(Arrays.copyOf(buffer, count));
                    } catch (IOException e) {
                        result.completeExceptionally(e);
                    } finally {
                        erase(buffer);
                    }
                },
                "clevis");
        reader.setDaemon(true);
        reader.start();
    }

    private static void erase(byte[] secret) {
        Arrays.fill(secret, (byte) 0);
    }

    /** Ends it, if it has not, with the programs that it runs: one that waits for a server would go on. */
    private static void end(Process process) throws InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> family = process.descendants().collect(Collectors.toList());
        family.add(process.toHandle());
        family.forEach(ProcessHandle::destroy);
        try {
            CompletableFuture.allOf(family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.info("clevis does not end when asked to");
        } finally {
            // Those asked to end may have begun something else instead.
            family.forEach(member -> {
                member.descendants().forEach(ProcessHandle::destroyForcibly);
                member.destroyForcibly();
            });
        }
    }

    /** For people: what clevis says may have parts of the token in it. */
    static String lastLine(byte[] errors) {
        String last = new String(errors, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .reduce("", (before, line) -> line)
                .strip();
        if (last.isEmpty()) {
            return "it failed and said nothing";
        }
        StringBuilder shown = new StringBuilder();
        last.codePoints()
                .limit(MAX_SHOWN_CHARS)
                .forEach(c -> shown.appendCodePoint(TextTable.isPrintable(c) ? c : '?'));
        return shown.toString();
    }
}
