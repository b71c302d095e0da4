package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.host.Programs;
import org.guestmount.core.json.JsonObject;

/** Asks qemu-img(1) about images of formats that are not looked into here. */
final class QemuImg implements DiskSizes {
    /** Reading a header takes milliseconds; storage that hangs should not hang us for good. */
    private static final long TIMEOUT_SECONDS = 60;

    private final List<Path> searchPath;

    QemuImg(List<Path> searchPath) {
        this.searchPath = searchPath;
    }

    @Override
    public long virtualSize(DriveImage image) throws IOException, InterruptedException {
        Path program = Programs.find("qemu-img", searchPath)
                .orElseThrow(
                        () -> new IOException(
                                "qemu-img is needed for this format; install it (Debian, Ubuntu: qemu-utils; Fedora: qemu-img)"));
        String name = "json:" + image.sharedNode();
        ProcessBuilder builder = new ProcessBuilder(program.toString(), "info", "--output=json", "--force-share", name);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            // QEMU says little on stderr, so reading one after the other cannot block both ends.
            CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> readQuietly(process));
            String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("qemu-img did not answer within " + TIMEOUT_SECONDS + " seconds");
            }
            if (process.exitValue() != 0) {
                throw new IOException(reason(errors, name));
            }
            return JsonObject.parse(new String(output.join(), StandardCharsets.UTF_8))
                    .integer("virtual-size");
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] readQuietly(Process process) {
        try {
            return process.getInputStream().readAllBytes();
        } catch (IOException e) {
            // The process was killed; its exit value says so.
            return new byte[0];
        }
    }

    /** QEMU's message without the description of the image that it repeats. */
    private static String reason(String errors, String name) {
        String prefix = "Could not open '" + name + "': ";
        return Optional.of(errors.strip())
                .map(e -> e.contains(prefix) ? e.substring(e.indexOf(prefix) + prefix.length()) : e)
                .map(e -> e.startsWith("qemu-img: ") ? e.substring("qemu-img: ".length()) : e)
                .get();
    }
}
