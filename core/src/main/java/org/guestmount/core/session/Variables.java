package org.guestmount.core.session;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Environment variables read as values of a type. A variable that is empty counts as not set. */
final class Variables {
    private static final List<String> TRUE = List.of("1", "true", "t", "yes", "y", "on");
    private static final List<String> FALSE = List.of("0", "false", "f", "no", "n", "off");

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The first of these that is set, as an absolute path. */
    Optional<Path> path(String... names) throws SettingsException {
        for (String name : names) {
            Optional<String> value = value(name);
            if (value.isPresent()) {
                try {
                    return Optional.of(Path.of(value.get()).toAbsolutePath());
                } catch (InvalidPathException e) {
                    throw new SettingsException(name + "=" + value.get() + " is not a path");
                }
            }
        }
        return Optional.empty();
    }

    int integer(String name, int min, int max, int absent) throws SettingsException {
        Optional<String> value = value(name);
        if (value.isEmpty()) {
            return absent;
        }
        try {
            int number = Integer.parseInt(value.get().strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw new SettingsException(name + "=" + value.get() + " is not a number from " + min + " to " + max);
    }

    /** Whether it is set to a word for yes. */
    boolean flag(String name) throws SettingsException {
        Optional<String> value = value(name).map(v -> v.toLowerCase(Locale.ROOT));
        if (value.isEmpty() || FALSE.contains(value.get())) {
            return false;
        }
        if (TRUE.contains(value.get())) {
            return true;
        }
        throw new SettingsException(name + "=" + value.get() + " is neither 0 nor 1");
    }

    /** The elements between colons. */
    List<String> list(String name) {
        return value(name).stream()
                .flatMap(v -> Stream.of(v.split(":", -1)))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    Optional<String> value(String name) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isEmpty());
    }
}
