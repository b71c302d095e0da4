package org.guestmount.benchmark;

import java.util.List;

/**
 * Something to do in a mount.
 *
 * @param name for tables
 * @param writable whether it needs a writable mount, and a copy of the disk to itself
 * @param script for the shell, run in the mount's root; what it prints must be the same through every system
 * @param check another script, run afterwards and not timed, whose output must be the same too; empty for none
 * @param again whether to do it a second time in the same mount, as a work of its own
 */
record Work(String name, boolean writable, String script, String check, boolean again) {
    /** What a guest has not: programs, and the corpus. */
    private static final List<String> OF_THE_HOST =
            List.of("git ", "rsync ", "python3 ", "sqlite3 ", "$CORPUS", "$RESULTS");

    static Work reading(String name, String script) {
        return new Work(name, false, script, "", false);
    }

    static Work readingTwice(String name, String script) {
        return new Work(name, false, script, "", true);
    }

    static Work writing(String name, String script, String check) {
        return new Work(name, true, script, check, false);
    }

    /** Whether it cannot be done inside a guest. */
    boolean needsHost() {
        return script.isEmpty() || OF_THE_HOST.stream().anyMatch(script::contains);
    }

    String nameOfSecondTime() {
        return name + " again";
    }
}
