package org.guestmount.it.framework;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test class's folder under the system's temporary folder (short, as sockets need, and open to other users), and the
 * uses of guestmount in it. After each test, what that test has left is removed and fails it; when a test fails, all
 * that is known of its mounts is kept in {@code target/it/failures} and printed.
 */
public final class Workspace implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    /** How the names of their folders begin. */
    static final String PREFIX = "gm-it-";

    private final List<Guestmount> uses = new ArrayList<>();
    private Path folder = Path.of("");
    private int usesOfTheClass;
    private int made;

    public Path folder() {
        return folder;
    }

    /** A new folder in the workspace, open to all users. */
    public Path newFolder(String name) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
        return made;
    }

    /** A new use of guestmount. */
    public Guestmount guestmount() {
        Guestmount use = new Guestmount(folder.resolve("m" + ++made));
        uses.add(use);
        return use;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory(PREFIX);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        // What a test makes is ended after it, so what is there now was made for the whole class.
        usesOfTheClass = uses.size();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (context.getExecutionException().isPresent()) {
            report(context);
        }
        end(uses.subList(usesOfTheClass, uses.size()), context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        try {
            end(uses, context);
        } finally {
            Command.of("rm", "-rf", "--one-file-system", folder).run();
        }
    }

    /** Unmounts what is mounted and checks that nothing is left; that is a failure unless the test has failed anyway. */
    private static void end(List<Guestmount> ended, ExtensionContext context) {
        List<AssertionError> failures = new ArrayList<>();
        for (Guestmount use : ended) {
            try {
                use.end();
            } catch (AssertionError e) {
                failures.add(e);
                use.leftovers().remove();
            }
        }
        ended.clear();
        if (!failures.isEmpty() && context.getExecutionException().isEmpty()) {
            AssertionError first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private void report(ExtensionContext context) throws IOException {
        StringBuilder text = new StringBuilder(context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName() + "\n");
        context.getExecutionException()
                .ifPresent(failure -> text.append(failure).append("\n"));
        uses.forEach(use -> text.append(use.diagnosis()));
        text.append(Files.readString(Path.of("/proc/self/mounts")));
        Path file = Files.createDirectories(Project.outputFolder().resolve("failures"))
                .resolve(context.getRequiredTestClass().getSimpleName() + "."
                        + context.getUniqueId().hashCode() + ".txt");
        Files.writeString(file, text);
        System.err.println("what is known of the failure is in " + file);
    }
}
