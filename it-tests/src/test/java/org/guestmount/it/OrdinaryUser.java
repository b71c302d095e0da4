package org.guestmount.it;

import java.io.IOException;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Workspace;

/**
 * A user without privileges and with a cache of his own. Where he cannot reach the project, because it is below root's
 * home for example, he gets a copy of what it takes to run the commands.
 */
record OrdinaryUser(Workspace workspace, Path bin, Path cache) {
    static final String NAME = "nobody";

    static OrdinaryUser in(Workspace workspace) throws IOException {
        Path bin = Project.folder().resolve("bin");
        if (Command.of("runuser", "-u", NAME, "--", "test", "-x", bin.resolve("guestmount"))
                        .result()
                        .status()
                != 0) {
            Path copy = workspace.newFolder("project");
            Command.of(
                            "sh",
                            "-ec",
                            "cd \"$0\"; cp -a bin \"$1\"; tar cf - */target/*.jar */target/lib */target/classes 2>/dev/null"
                                    + " | tar -C \"$1\" -xf -; chmod -R a+rX \"$1\"",
                            Project.folder(),
                            copy)
                    .run();
            bin = copy.resolve("bin");
        }
        return new OrdinaryUser(workspace, bin, workspace.newFolder("cache-of-" + NAME));
    }

    Guestmount guestmount() {
        return workspace.guestmount().user(NAME).program(bin).environment("XDG_CACHE_HOME", cache);
    }

    /** Runs a line of shell, in which the argument is {@code $0}. */
    String run(String shellCommand, Path argument) {
        return Command.of("runuser", "-u", NAME, "--", "sh", "-ec", shellCommand, argument)
                .run();
    }
}
