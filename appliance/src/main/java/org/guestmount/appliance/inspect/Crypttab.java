package org.guestmount.appliance.inspect;

import java.util.ArrayList;
import java.util.List;

/**
 * By which names a system opens its encrypted volumes.
 *
 * <p>Source: crypttab(5).
 */
final class Crypttab {
    static final Crypttab NONE = new Crypttab(List.of());

    private final List<List<String>> lines;

    private Crypttab(List<List<String>> lines) {
        this.lines = lines;
    }

    static Crypttab parse(List<String> text) {
        List<List<String>> lines = new ArrayList<>();
        for (String line : text) {
            List<String> fields = Fstab.fields(line);
            if (fields.size() >= 2) {
                lines.add(fields);
            }
        }
        return new Crypttab(lines);
    }

    /** What is opened under this name; empty if nothing is. */
    String source(String name) {
        for (List<String> fields : lines) {
            if (fields.get(0).equals(name)) {
                return fields.get(1);
            }
        }
        return "";
    }
}
