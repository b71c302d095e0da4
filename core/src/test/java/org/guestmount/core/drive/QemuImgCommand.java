package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs QEMU's image tools in a folder, for tests. */
final class QemuImgCommand {
    static final List<Path> SEARCH_PATH =
            Stream.of(System.getenv("PATH").split(":")).map(Path::of).toList();

    private final Path folder;

    QemuImgCommand(Path folder) {
        this.folder = folder;
    }

    /** Runs {@code qemu-img} and requires success. */
    String run(String... arguments) throws IOException, InterruptedException {
        return run("qemu-img", arguments);
    }

    /** Runs {@code qemu-io} and requires success. */
    String io(String... arguments) throws IOException, InterruptedException {
        return run("qemu-io", arguments);
    }

    private String run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        return output;
    }
}
