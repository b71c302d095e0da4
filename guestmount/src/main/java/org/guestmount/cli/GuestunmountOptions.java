package org.guestmount.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The command line of guestunmount. */
@Command(
        name = "guestunmount",
        customSynopsis = "guestunmount [OPTION...] DIRECTORY",
        description = "Unmount what guestmount mounted, and wait until the disk image is released.",
        footer = {"", "Exit status: 0 unmounted, 1 wrong usage or lost data, 2 still mounted, 3 not mounted."},
        sortOptions = false,
        versionProvider = ProductVersion.class)
final class GuestunmountOptions {
    private static final int MAX_RETRIES = 63;

    private final List<String> directories = new ArrayList<>();
    private final CommandLine commandLine = CommandParser.commandLine(this);
    private int retries = 5;
    private @Nullable Integer hangupFd;

    @Option(
            names = {"-q", "--quiet"},
            order = 10,
            description = "Do not say why it could not be unmounted.")
    private boolean quiet;

    @Option(
            names = "--no-wait",
            order = 30,
            description = "Return once unmounted; the image may be in use a little longer.")
    private boolean noWait;

    @Option(
            names = {"-v", "--verbose"},
            order = 50,
            description = "Say what is being done.")
    private boolean verbose;

    @Option(
            names = {"-V", "--version"},
            order = 60,
            versionHelp = true,
            description = "Print the version.")
    boolean version;

    @Mixin
    final OptionNames optionNames = new OptionNames();

    @Option(names = "--help", order = 70, usageHelp = true, description = "Print this.")
    boolean help;

    @Option(
            names = "--retry",
            paramLabel = "N",
            order = 20,
            description = "If it is busy, try N times more (5), after 1, 2, 4, 8, 16, 16... seconds.")
    void retries(@Nullable String times) {
        if (times != null) {
            retries = CommandParser.number(commandLine, "--retry", times, MAX_RETRIES);
        }
    }

    @Option(names = "--no-retry", order = 21, description = "Try once only.")
    void noRetry(boolean given) {
        if (given) {
            retries = 0;
        }
    }

    @Option(
            names = "--fd",
            paramLabel = "FD",
            order = 40,
            description = "Wait until the other end of the pipe with this descriptor is closed, then unmount.")
    void hangupFd(@Nullable String descriptor) {
        if (descriptor != null) {
            hangupFd = CommandParser.number(commandLine, "--fd", descriptor, Integer.MAX_VALUE);
        }
    }

    @Parameters(arity = "0..*", paramLabel = "DIRECTORY", hideParamSyntax = true, description = "Where it is mounted.")
    void directory(@Nullable List<String> given) {
        directories.clear();
        if (given != null) {
            directories.addAll(given);
        }
    }

    CommandLine commandLine() {
        return commandLine;
    }

    void validate() {
        if (directories.size() != 1) {
            throw misused(
                    directories.isEmpty()
                            ? "no mountpoint given; name the directory to unmount"
                            : "more than one mountpoint given: " + String.join(" ", directories));
        }
    }

    Path directory() {
        return Path.of(directories.get(0)).toAbsolutePath();
    }

    int retries() {
        return retries;
    }

    @Nullable
    Integer hangupFd() {
        return hangupFd;
    }

    boolean quiet() {
        return quiet;
    }

    boolean verbose() {
        return verbose;
    }

    boolean waitForRelease() {
        return !noWait;
    }

    private ParameterException misused(String message) {
        return new ParameterException(commandLine, message);
    }
}
