package org.guestmount.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the one setting there is, {@code read_only = true;}, in the syntax of libconfig: comments of three kinds, a colon
 * in place of the equals sign, and a semicolon, a comma or nothing at the end. Anything else is an error, for a setting
 * that was misspelt must not leave an image open to changes.
 */
final class ConfigurationParser {
    private static final Pattern COMMENT = Pattern.compile("#[^\n]*|//[^\n]*|/\\*(?s:.*?)\\*/");

    private static final Pattern SETTING =
            Pattern.compile("([A-Za-z*][-A-Za-z0-9_*]*)\\s*[=:]\\s*([^\\s;,]+)\\s*[;,]?\\s*");

    private final String file;
    private final String text;

    /** @param file for messages */
    ConfigurationParser(String file, String text) {
        this.file = file;
        // What remains of them is their lines, for messages.
        this.text = COMMENT.matcher(text)
                .replaceAll(comment -> " " + comment.group().replaceAll("[^\n]", ""));
    }

    /** Empty if the file does not set it. */
    Optional<Boolean> readOnly() throws UserException {
        Optional<Boolean> readOnly = Optional.empty();
        Matcher setting = SETTING.matcher(text);
        int position = text.length() - text.stripLeading().length();
        while (position < text.length()) {
            if (!setting.region(position, text.length()).lookingAt()) {
                throw wrong(position, "not a setting; write read_only = true;");
            }
            if (!setting.group(1).equals("read_only")) {
                throw wrong(position, "there is no setting " + setting.group(1) + "; the only one is read_only");
            }
            String value = setting.group(2);
            if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
                throw wrong(position, "read_only must be true or false, not " + value);
            }
            readOnly = Optional.of(Boolean.parseBoolean(value));
            position = setting.end();
        }
        return readOnly;
    }

    private UserException wrong(int position, String message) {
        long line =
                1 + text.substring(0, position).chars().filter(c -> c == '\n').count();
        return new UserException(file + ":" + line + ": " + message);
    }
}
