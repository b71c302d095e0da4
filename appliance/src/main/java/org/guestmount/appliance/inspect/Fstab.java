package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.List;

/**
 * What a system mounts when it starts.
 *
 * <p>Source: fstab(5), of Linux and of the BSDs; libmount's parser on escapes.
 */
final class Fstab {
    private static final int MAX_ENTRIES = 500;

    private Fstab() {}

    /**
     * One line.
     *
     * @param spec the device, or a tag such as {@code UUID=…}, quotes and escapes undone
     * @param mountpoint a path, or a word such as {@code none}
     * @param options none of them empty
     */
    record Entry(String spec, String mountpoint, String type, List<String> options) {
        boolean has(String option) {
            return options.contains(option);
        }

        /** What follows the name of an option and an equals sign; empty without it. */
        String value(String name) {
            for (String option : options) {
                if (option.startsWith(name + "=")) {
                    return option.substring(name.length() + 1);
                }
            }
            return "";
        }
    }

    static List<Entry> parse(List<String> lines) {
        List<Entry> entries = new ArrayList<>();
        for (String line : lines) {
            List<String> fields = fields(line);
            if (fields.size() >= 2 && entries.size() < MAX_ENTRIES) {
                String type = fields.size() > 2 ? fields.get(2) : "auto";
                String options = fields.size() > 3 ? fields.get(3) : "";
                entries.add(new Entry(fields.get(0), fields.get(1), type, Text.parts(options, ',')));
            }
        }
        return entries;
    }

    /** The fields of a line; none of an empty line or a comment. */
    static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        int at = skipBlanks(line, 0);
        while (at < line.length() && !(fields.isEmpty() && line.charAt(at) == '#')) {
            StringBuilder field = new StringBuilder();
            at = readField(line, at, field);
            fields.add(field.toString());
            at = skipBlanks(line, at);
        }
        return fields;
    }

    private static int skipBlanks(String line, int from) {
        int at = from;
        while (at < line.length() && isBlank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
    }

    private static int readField(String line, int from, StringBuilder field) {
        int at = from;
        while (at < line.length() && !isBlank(line.charAt(at))) {
            char c = line.charAt(at);
            int closing = c == '"' || c == '\'' ? line.indexOf(c, at + 1) : -1;
            if (closing > 0) {
                field.append(line, at + 1, closing);
                at = closing + 1;
            } else if (isOctal(line, at)) {
                field.append((char) (Integer.parseInt(line.substring(at + 1, at + 4), 8) & 0xFF));
                at += 4;
            } else {
                field.append(c);
                at++;
            }
        }
        return at;
    }

    /** Whether {@code \ooo} is there. */
    private static boolean isOctal(String line, int at) {
        boolean octal = line.charAt(at) == '\\' && at + 3 < line.length();
        for (int i = at + 1; octal && i <= at + 3; i++) {
            octal = line.charAt(i) >= '0' && line.charAt(i) <= '7';
        }
        return octal;
    }
}
