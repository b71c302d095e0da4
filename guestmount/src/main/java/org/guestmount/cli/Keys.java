package org.guestmount.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guestmount.core.machine.DetectedFilesystem;
import org.jspecify.annotations.Nullable;

/** The keys of encrypted volumes: given with {@code --key}, read from standard input, or asked for at the terminal. */
final class Keys {
    private static final int MAX_INPUT_BYTES = 1 << 20;

    private final List<KeySelector> selectors;
    private final @Nullable InputStream input;
    private final boolean echo;
    private final Runnable beforeAsking;

    /** What each selector was read to be: a descriptor can be read once only. */
    private final Map<KeySelector, List<byte[]>> read = new HashMap<>();

    private @Nullable List<byte[]> lines;

    /**
     * @param input has a passphrase in each line; null to ask at the terminal
     * @param echo whether what is typed there is shown
     * @param beforeAsking makes the terminal ready for a question
     */
    Keys(List<KeySelector> selectors, @Nullable InputStream input, boolean echo, Runnable beforeAsking) {
        this.selectors = List.copyOf(selectors);
        this.input = input;
        this.echo = echo;
        this.beforeAsking = beforeAsking;
    }

    /** Whether {@code --key} names the volume. */
    boolean areGivenFor(DetectedFilesystem volume) {
        return !selectorsOf(volume).isEmpty();
    }

    /** Whether somebody would be asked for the volume's key. */
    boolean areAskedFor(DetectedFilesystem volume) {
        return !areGivenFor(volume) && input == null;
    }

    /** Each {@code --key} that names the volume, in the order given. */
    List<KeySelector> selectorsOf(DetectedFilesystem volume) {
        return selectors.stream().filter(selector -> selector.matches(volume)).toList();
    }

    /** Those of a {@code --key}, in the order in which to try them. */
    List<byte[]> of(KeySelector selector) throws UserException {
        List<byte[]> known = read.get(selector);
        if (known == null) {
            known = selector.keys();
            read.put(selector, known);
        }
        return known;
    }

    /** Those of standard input, to try after those. */
    List<byte[]> ofInput() throws UserException {
        return input == null ? List.of() : lines(input);
    }

    private List<byte[]> lines(InputStream from) throws UserException {
        List<byte[]> known = lines;
        if (known == null) {
            try {
                known = split(from.readNBytes(MAX_INPUT_BYTES));
            } catch (IOException e) {
                throw new UserException("--keys-from-stdin: standard input cannot be read: " + e, e);
            }
            lines = known;
        }
        return known;
    }

    /** The lines without their ends; empty ones are none. */
    static List<byte[]> split(byte[] text) {
        List<byte[]> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (byte next : text) {
            if (next != '\n') {
                line.write(next);
            } else if (line.size() > 0) {
                lines.add(line.toByteArray());
                line.reset();
            }
        }
        if (line.size() > 0) {
            lines.add(line.toByteArray());
        }
        return lines;
    }

    /**
     * Asks at the terminal.
     *
     * @param again whether the answer before was wrong
     * @return empty if the user has none; null if there is no terminal
     */
    byte @Nullable [] ask(DetectedFilesystem volume, boolean again) throws UserException, InterruptedException {
        Terminal terminal = Terminal.find();
        if (terminal == null) {
            return null;
        }
        beforeAsking.run();
        String question = (again ? "It does not fit. " : "") + "Passphrase of " + volume.device() + " (" + volume.type()
                + "), or nothing to leave it locked: ";
        try {
            return terminal.ask(question, echo);
        } catch (IOException e) {
            throw new UserException(
                    "the passphrase of " + volume.device() + " cannot be asked for: " + e.getMessage(), e);
        }
    }

    /** Overwrites every key that was read. Those of the command line itself stay in it. */
    void forget() {
        read.values().forEach(keys -> keys.forEach(key -> Arrays.fill(key, (byte) 0)));
        read.clear();
        if (lines != null) {
            lines.forEach(key -> Arrays.fill(key, (byte) 0));
            lines = List.of();
        }
    }
}
