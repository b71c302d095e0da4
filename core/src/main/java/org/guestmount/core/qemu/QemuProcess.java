package org.guestmount.core.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running QEMU. Its standard output is the guest's console, its standard error its own messages.
 *
 * <p>Owns: the child process, which is reaped whatever happens, and the threads that read what it prints.
 *
 * <p>A small shell process beside QEMU kills it if this process dies without a word: at once, or, if the guest
 * {@linkplain #guestMayHoldData may hold data}, after a grace in which its daemon, which notices too, should have
 * written them and powered the machine off.
 */
public final class QemuProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QemuProcess.class);
    private static final long OUTPUT_TIMEOUT_SECONDS = 2;

    /**
     * Becomes the program it is given after the grace in seconds, and leaves a process behind that waits for the end of standard input, which is when
     * the JVM is dead or has reaped the program.
     */
    private static final String SUPERVISOR = """
            exec 3<&0
            {
                left=0
                while read -r _; do left=$1; done <&3
                while kill -0 $$; do
                    [ $left -gt 0 ] || kill -9 $$
                    left=$((left - 1))
                    sleep 1
                done
            } >/dev/null 2>&1 &
            shift
            exec "$@" </dev/null 3<&-
            """;

    private final Process process;
    private final ConsoleLog console;
    private final ConsoleLog messages;
    private final CompletableFuture<Integer> exited;

    private QemuProcess(Process process, Consumer<String> consoleListener) {
        this.process = process;
        console = new ConsoleLog(consoleListener);
        messages = new ConsoleLog(line -> LOG.debug("{}", line));
        CompletableFuture<Void> consoleRead = read("qemu-console", process.getInputStream(), console);
        CompletableFuture<Void> messagesRead = read("qemu-stderr", process.getErrorStream(), messages);
        // What was printed last is the most interesting, so an exit is announced after it has been read.
        CompletableFuture<Void> allRead = CompletableFuture.allOf(consoleRead, messagesRead);
        exited = process.onExit()
                .thenCompose(p -> allRead.copy()
                        .completeOnTimeout(null, OUTPUT_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .thenApply(v -> p.exitValue()));
    }

    /**
     * Starts a program in a session of its own, so that no signal of a terminal reaches it.
     *
     * @param commandLine the program and its arguments
     * @param folder its working folder
     * @param grace how long it may outlive this process if the guest may hold data; in whole seconds
     * @param consoleListener told of each line of the console, on a thread of its own
     */
    public static QemuProcess start(
            List<String> commandLine, Path folder, Duration grace, Consumer<String> consoleListener)
            throws IOException {
        List<String> supervised = new ArrayList<>(
                List.of("setsid", "sh", "-c", SUPERVISOR, "guestmount-qemu", Long.toString(grace.toSeconds())));
        supervised.addAll(commandLine);
        ProcessBuilder builder = new ProcessBuilder(supervised).directory(folder.toFile());
        builder.environment().put("LC_ALL", "C");
        LOG.debug("starting {}", commandLine);
        return new QemuProcess(builder.start(), consoleListener);
    }

    private static CompletableFuture<Void> read(String name, InputStream stream, ConsoleLog log) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        log.readFrom(stream);
                    } catch (IOException e) {
                        LOG.debug("{}", name, e);
                    } finally {
                        done.complete(null);
                    }
                },
                name);
        reader.setDaemon(true);
        reader.start();
        return done;
    }

    public long pid() {
        return process.pid();
    }

    /** From now on the guest is given time to end by itself should this process die. */
    public void guestMayHoldData() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** What the guest printed. */
    public ConsoleLog console() {
        return console;
    }

    /** What QEMU itself printed. */
    public ConsoleLog messages() {
        return messages;
    }

    /** Completes with the exit status, 128 and the signal's number if a signal ended it, once its output was read. */
    public CompletableFuture<Integer> exited() {
        return exited.copy();
    }

    /** Waits for the process to end by itself. */
    public boolean awaitExit(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Kills the process if it still runs, and reaps it. */
    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                // Nothing survives SIGKILL, so this is short.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
