package org.guestmount.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say what opens encrypted volumes. */
final class KeyOptions {
    private final Function<String, ParameterException> mistake;
    private final List<KeySelector> selectors = new ArrayList<>();

    /** @param mistake reports one of the user's */
    KeyOptions(Function<String, ParameterException> mistake) {
        this.mistake = mistake;
    }

    @Option(
            names = "--key",
            paramLabel = KeySelector.SYNTAX,
            order = 55,
            description = "The key of an encrypted volume: ID is its device, its UUID or 'all'.")
    void key(@Nullable String selector) {
        if (selector == null) {
            return;
        }
        try {
            selectors.add(KeySelector.parse(selector, Path.of("").toAbsolutePath()));
        } catch (IllegalArgumentException e) {
            throw mistake.apply(String.valueOf(e.getMessage()));
        }
    }

    @Option(
            names = "--keys-from-stdin",
            order = 56,
            description = "Read passphrases from standard input, one a line, instead of asking.")
    private boolean keysFromInput;

    @Option(names = "--echo-keys", order = 57, description = "Show passphrases while they are typed.")
    private boolean echoKeys;

    /** Whether clevis is to decrypt keys. */
    boolean needClevis() {
        return selectors.stream().anyMatch(KeySelector::isClevis);
    }

    /** @param beforeAsking makes the terminal ready for a question */
    Keys keys(Runnable beforeAsking) {
        return new Keys(selectors, keysFromInput ? System.in : null, echoKeys, beforeAsking);
    }
}
