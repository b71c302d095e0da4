package org.guestmount.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where {@code --machine-readable} has output go, by the conventions of libguestfs's tools. Source: guestfs-tools,
 * virt-resize(1), MACHINE READABLE OUTPUT.
 *
 * @param kind of place
 * @param name of the file, or the number of the descriptor; otherwise empty
 */
record MachineReadable(Kind kind, String name) {
    /** What this guestmount has that others have not, for scripts to ask, one a line. */
    static final List<String> CAPABILITIES = List.of("guestmount", "json-schema-1", "list", "status");

    /** What the value begins with. */
    enum Kind {
        STANDARD_OUTPUT,
        STANDARD_ERROR,
        FILE,
        DESCRIPTOR
    }

    /** @throws IllegalArgumentException for the user to read */
    static MachineReadable parse(String format) {
        if (format.isEmpty() || format.equals("stream:stdout")) {
            return new MachineReadable(Kind.STANDARD_OUTPUT, "");
        } else if (format.equals("stream:stderr")) {
            return new MachineReadable(Kind.STANDARD_ERROR, "");
        } else if (format.matches("(?s)file:.+")) {
            return new MachineReadable(
                    Kind.FILE,
                    Path.of(format.substring("file:".length())).toAbsolutePath().toString());
        } else if (format.matches("fd:[0-9]{1,9}")) {
            return new MachineReadable(Kind.DESCRIPTOR, format.substring("fd:".length()));
        }
        throw new IllegalArgumentException(
                "--machine-readable=" + format + ": must be file:NAME, fd:N, stream:stdout or stream:stderr");
    }

    /** Opens the place, or takes one of these. */
    PrintStream open(PrintStream out, PrintStream err) throws UserException {
        return switch (kind) {
            case STANDARD_OUTPUT -> out;
            case STANDARD_ERROR -> err;
            case FILE -> open(Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
            case DESCRIPTOR -> open(Path.of("/proc/self/fd", name), StandardOpenOption.APPEND);
        };
    }

    private PrintStream open(Path path, OpenOption... how) throws UserException {
        OpenOption[] options = new OpenOption[how.length + 1];
        System.arraycopy(how, 0, options, 1, how.length);
        options[0] = StandardOpenOption.WRITE;
        try {
            OutputStream stream = Files.newOutputStream(path, options);
            return new PrintStream(stream, false, StandardCharsets.UTF_8);
        } catch (IOException e) {
            String place = kind == Kind.FILE ? "file:" + name : "fd:" + name;
            throw new UserException("--machine-readable=" + place + ": cannot be opened for writing", e);
        }
    }
}
