package org.guestmount.appliance.inspect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A file of lines {@code NAME=value} that shells can read, such as os-release(5). */
final class Settings {
    private final Map<String, String> values = new HashMap<>();

    private Settings() {}

    /** The settings of a file; none if there is no such file. */
    static Settings of(GuestTree tree, String path) {
        return parse(tree.lines(path));
    }

    static Settings parse(List<String> lines) {
        Settings settings = new Settings();
        for (String line : lines) {
            String trimmed = line.strip();
            int equals = trimmed.indexOf('=');
            if (equals > 0 && trimmed.charAt(0) != '#') {
                String name = trimmed.substring(0, equals).strip();
                settings.values.put(name, unquote(trimmed.substring(equals + 1).strip()));
            }
        }
        return settings;
    }

    /** The value, empty if there is none. */
    String get(String name) {
        return values.getOrDefault(name, "");
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** What a shell makes of a word of one quoted part, or of none. */
    private static String unquote(String value) {
        if (value.isEmpty() || (value.charAt(0) != '"' && value.charAt(0) != '\'')) {
            int comment = value.indexOf(" #");
            return comment < 0 ? value : value.substring(0, comment).strip();
        }
        char quote = value.charAt(0);
        StringBuilder plain = new StringBuilder();
        for (int i = 1; i < value.length() && value.charAt(i) != quote; i++) {
            boolean escape = quote == '"' && value.charAt(i) == '\\' && i + 1 < value.length();
            i += escape ? 1 : 0;
            plain.append(value.charAt(i));
        }
        return plain.toString();
    }
}
