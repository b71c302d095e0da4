package org.guestmount.it.framework;

import java.util.ArrayList;
import java.util.List;

/** Programs in a mount namespace of their own, so that nobody else sees what they mount over this machine's files. Needs root. */
public final class MountNamespace {
    /**
     * What such a program does first, in sh: it forgets the mounts of tests. Its copies would keep filesystems after their
     * umount(8), for tests that run meanwhile.
     */
    public static final String BEGINNING =
            "findmnt -rno TARGET | grep /%s | xargs -r umount --lazy || :%n".formatted(Workspace.PREFIX);

    private MountNamespace() {}

    /** The command that runs lines of sh in one, until one of them fails; arguments are {@code $1} and so on. */
    static Object[] running(String script, Object... arguments) {
        List<Object> argv = new ArrayList<>(
                List.of("unshare", "--mount", "--propagation", "private", "sh", "-e", "-c", BEGINNING + script, "sh"));
        argv.addAll(List.of(arguments));
        return argv.toArray();
    }
}
