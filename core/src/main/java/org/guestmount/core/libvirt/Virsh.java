package org.guestmount.core.libvirt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.host.Programs;
import org.jspecify.annotations.Nullable;

/** Runs virsh(1). */
final class Virsh {
    /** libvirt may have to wake up first, or be on another host. */
    private static final long TIMEOUT_SECONDS = 60;

    /** Far more than the XML of any domain. */
    private static final int MAX_OUTPUT_BYTES = 4 << 20;

    private final List<Path> searchPath;
    private final @Nullable String connection;

    /** @param connection the hypervisor's URI; null for libvirt's choice */
    Virsh(List<Path> searchPath, @Nullable String connection) {
        this.searchPath = List.copyOf(searchPath);
        this.connection = connection;
    }

    /**
     * Runs a command of virsh.
     *
     * @param readOnly whether to connect so that nothing can be changed, which needs less permission
     * @return what it printed
     * @throws LibvirtException with what it said if it fails
     */
    String run(boolean readOnly, String... command) throws LibvirtException, InterruptedException {
        Path program = Programs.find("virsh", searchPath)
                .orElseThrow(
                        () -> new LibvirtException("virsh is needed to ask libvirt, and is not installed; install it"
                                + " (Debian, Ubuntu: libvirt-clients; Fedora: libvirt-client)"));
        List<String> line = new ArrayList<>(List.of(program.toString(), "--quiet"));
        if (readOnly) {
            line.add("--readonly");
        }
        if (connection != null) {
            line.addAll(List.of("--connect", connection));
        }
        line.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().remove("LANGUAGE");
        try {
            return result(builder.start());
        } catch (LibvirtException e) {
            throw e;
        } catch (IOException e) {
            throw new LibvirtException("virsh cannot be run: " + e.getMessage(), e);
        }
    }

    private static String result(Process process) throws IOException, InterruptedException {
        try {
            // It must not ask for a password.
            process.getOutputStream().close();
            CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            CompletableFuture<byte[]> errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new LibvirtException("virsh did not answer within " + TIMEOUT_SECONDS + " seconds");
            }
            if (process.exitValue() != 0) {
                throw new LibvirtException(said(new String(errors.join(), StandardCharsets.UTF_8)));
            }
            return new String(output.join(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] read(InputStream stream) {
        try {
            return stream.readNBytes(MAX_OUTPUT_BYTES);
        } catch (IOException e) {
            // The process was killed; its exit value says so.
            return new byte[0];
        }
    }

    private static String said(String errors) {
        String lines = String.join(
                "; ",
                errors.strip()
                        .lines()
                        .map(line -> line.replaceFirst("^error: ", ""))
                        .toList());
        return lines.isEmpty() ? "virsh failed and said nothing" : lines;
    }
}
