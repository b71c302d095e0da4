package org.guestmount.mount;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The host's commands that mounting needs. */
final class HostTools {
    private static final List<String> USUAL_FOLDERS = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

    private HostTools() {}

    /** The setuid helper that mounts and unmounts for ordinary users. */
    static Optional<Path> fusermount() {
        return find("fusermount3").or(() -> find("fusermount"));
    }

    static Optional<Path> find(String command) {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path file = Path.of(folder, command);
            if (!folder.isEmpty() && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return USUAL_FOLDERS.stream()
                .map(folder -> Path.of(folder, command))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs a command to its end.
     *
     * @return its exit status and what it wrote
     * @throws IOException if it cannot be started or has not ended in time, when it is killed
     */
    static Result run(List<String> command, int seconds) throws IOException, InterruptedException {
        Path output = Files.createTempFile("guestmount", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " did not end within " + seconds + " s");
            }
            return new Result(process.exitValue(), Files.readString(output).strip());
        } finally {
            Files.delete(output);
        }
    }

    record Result(int status, String output) {}
}
