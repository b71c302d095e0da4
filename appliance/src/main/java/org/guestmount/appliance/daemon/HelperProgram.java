package org.guestmount.appliance.daemon;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.jspecify.annotations.Nullable;

/** Programs that do in the appliance what the kernel does not. Each is given its time, and what it prints is kept. */
final class HelperProgram {
    private static final List<String> FOLDERS = List.of("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/");

    /** Nobody makes device nodes here but these programs: each is told so in its own way. */
    private static final Map<String, String> NO_UDEV =
            Map.of("DM_DISABLE_UDEV", "1", "MDADM_NO_UDEV", "1", "LVM_SUPPRESS_FD_WARNINGS", "1");

    /** How much of what a program says is passed on, in bytes. */
    private static final int MAX_OUTPUT = 1 << 20;

    private HelperProgram() {}

    /**
     * How a program ended.
     *
     * @param output of both streams, without white space around it
     */
    record Result(int status, String output) {}

    /** The path of a program; null if the appliance does not have it. */
    static @Nullable String find(String name) {
        for (String folder : FOLDERS) {
            if (name.indexOf('/') < 0 && new File(folder + name).canExecute()) {
                return folder + name;
            }
        }
        return null;
    }

    /** Runs a program that reads nothing. */
    static Result run(List<String> command, int seconds) throws GuestFilesystemException {
        return run(command, new byte[0], seconds);
    }

    /**
     * Runs a program. One that goes on in the background when it has done its work may do so.
     *
     * @param input what it reads
     * @throws GuestFilesystemException {@code ETIMEDOUT} if it took too long, and was killed; {@code EIO} if it cannot be run
     */
    static Result run(List<String> command, byte[] input, int seconds) throws GuestFilesystemException {
        String program = command.get(0);
        File output = null;
        try {
            output = File.createTempFile("said", null, new File("/"));
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
            builder.environment().putAll(NO_UDEV);
            Process process = builder.start();
            feed(process, input);
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new GuestFilesystemException(
                        Errno.ETIMEDOUT, program + " was not done after " + seconds + " seconds");
            }
            return new Result(process.exitValue(), said(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestFilesystemException(Errno.EINTR, "interrupted while " + program + " ran", e);
        } catch (IOException e) {
            if (e instanceof GuestFilesystemException known) {
                throw known;
            }
            throw new GuestFilesystemException(Errno.EIO, "cannot run " + program, e);
        } finally {
            if (output != null) {
                output.delete();
            }
        }
    }

    private static void feed(Process process, byte[] input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // It ended without reading; its status says why.
        }
    }

    private static String said(File output) throws IOException {
        try (var in = Files.newInputStream(output.toPath())) {
            return new String(in.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8).strip();
        }
    }
}
