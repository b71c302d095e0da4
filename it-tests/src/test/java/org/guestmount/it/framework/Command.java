package org.guestmount.it.framework;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A program to run as a user would, with nothing on its standard input unless said and a limit to its time. */
public final class Command {
    private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(10);

    private final List<String> argv;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> withoutEnvironment = new ArrayList<>();
    private @Nullable Path directory;
    private Duration limit = DEFAULT_LIMIT;
    private String input = "";

    private Command(List<String> argv) {
        this.argv = List.copyOf(argv);
    }

    public static Command of(Object... argv) {
        return new Command(Arrays.stream(argv).map(Object::toString).toList());
    }

    public static Command of(List<String> argv) {
        return new Command(argv);
    }

    public Command with(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    public Command without(String variable) {
        withoutEnvironment.add(variable);
        return this;
    }

    public Command in(Path workingDirectory) {
        directory = workingDirectory;
        return this;
    }

    /** What it reads from its standard input: little enough for a pipe. */
    public Command reading(String text) {
        input = text;
        return this;
    }

    public Command within(Duration newLimit) {
        limit = newLimit;
        return this;
    }

    /**
     * Starts it and does not wait. The caller ends it; its output is discarded.
     */
    public Process start() {
        try {
            return builder()
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it, whatever its status. Output is read to its end, as a shell's {@code $(…)} does. */
    public Result result() {
        try {
            Process process = builder().start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            CompletableFuture<String> output = reading(process.getInputStream());
            CompletableFuture<String> errors = reading(process.getErrorStream());
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", argv) + ": not done after " + limit);
            }
            return new Result(argv, process.exitValue(), rest(output), rest(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + argv, e);
        }
    }

    /**
     * Runs it; anything but status 0 is a failure of the test.
     *
     * @return what it printed on its standard output
     */
    public String run() {
        Result result = result();
        if (result.status() != 0) {
            throw new AssertionError(result.toString());
        }
        return result.output();
    }

    private ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.environment().putAll(environment);
        withoutEnvironment.forEach(builder.environment()::remove);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return builder;
    }

    private static CompletableFuture<String> reading(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(e);
                    }
                },
                "command-output");
        reader.setDaemon(true);
        reader.start();
        return text;
    }

    /** The output of a program that has ended; what it left in the background must not hold it open. */
    private String rest(CompletableFuture<String> output) throws InterruptedException {
        try {
            return output.get(OUTPUT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(argv + ": ended, but a process it left behind holds its output open", e);
        } catch (ExecutionException e) {
            throw new AssertionError(argv + ": its output cannot be read", e);
        }
    }

    /** How a program ended. */
    public record Result(List<String> argv, int status, String output, String errors) {
        public Result {
            argv = List.copyOf(argv);
        }

        @Override
        public String toString() {
            return String.join(" ", argv) + "\nexit status " + status + "\n" + output + errors;
        }
    }
}
