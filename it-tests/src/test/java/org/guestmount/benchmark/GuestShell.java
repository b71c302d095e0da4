package org.guestmount.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.ToolMachine;

/**
 * A disk mounted by the appliance's kernel, in which the same programs run as elsewhere on the host: what a system can hardly be faster than that
 * asks such a guest for everything.
 */
final class GuestShell implements Mounted {
    private static final List<String> PROGRAMS = List.of(
            "bash", "cat", "cksum", "cp", "cut", "dd", "du", "find", "grep", "ls", "rm", "sort", "stat", "sync", "tar",
            "wc", "xargs");

    /** Runs each line it is told, and then says how that ended; the first number tells what it says from what it echoes. */
    private static final String COMMANDS = """
            set +x +e
            disk=$(disk 0)
            modprobe ext4
            mount -t ext4 -o %s ${disk}1 /mnt || off
            export TAR=$(disk 1 2>/dev/null) LARGE=$(disk 2 2>/dev/null)
            cd /mnt
            echo "1$((9))-ready"
            while read -r script </dev/ttyS0; do
              [ "$script" = off ] && break
              bash -o pipefail -c "$script" >/run/output 2>&1
              status=$?
              echo "1$((9))-begin"
              cat /run/output
              echo "1$((9))-end $status"
            done
            cd /
            umount /mnt
            """;

    private static final String MARK = "19-";

    private final ToolMachine machine;
    private final Process process;
    private final BufferedReader console;

    /**
     * Starts the machine.
     *
     * @param folder for a file that is removed in the end
     */
    GuestShell(Path folder, GuestImage disk, boolean writable) {
        List<Path> disks = Stream.of(disk.path(), Corpus.tar(disk), Corpus.large(disk))
                .filter(Files::exists)
                .toList();
        try {
            machine = new ToolMachine(folder, COMMANDS.formatted(writable ? "rw" : "ro"), PROGRAMS);
            // It ends by itself should it hang, or this be killed.
            List<String> argv = new ArrayList<>(List.of("timeout", "-k", "5", Long.toString(LIMIT.toSeconds())));
            argv.addAll(machine.arguments(disks));
            process = new ProcessBuilder(argv)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            console = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            read("ready");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The machine has the variables that its scripts need. */
    @Override
    public String run(String script, Map<String, String> environment) {
        try {
            String mebibytes = "LARGE_MIB=" + environment.get("LARGE_MIB") + "; ";
            say(mebibytes + script);
            read("begin");
            List<String> output = read("end");
            String end = output.remove(output.size() - 1);
            if (!end.endsWith(" 0")) {
                throw new AssertionError(script + ": " + end + "\n" + String.join("\n", output));
            }
            output.add("");
            return String.join("\n", output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Everything up to the line that begins with that mark, with it. */
    private List<String> read(String mark) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = console.readLine(); line != null; line = console.readLine()) {
            lines.add(line);
            if (line.startsWith(MARK + mark)) {
                return lines;
            }
        }
        throw new IOException("the machine has ended without " + mark + ":\n" + String.join("\n", lines));
    }

    @Override
    public long peakMebibytes() {
        return 0;
    }

    @Override
    public void close() {
        try (machine) {
            say("off");
            while (console.readLine() != null) {}
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
