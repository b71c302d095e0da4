package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.guestmount.cli.Fusermount.Attempt;
import org.guestmount.cli.Fusermount.Outcome;
import org.guestmount.mount.MountTable;
import org.guestmount.mount.MountTable.Mount;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnmountTaskTest {
    private static final Attempt UNMOUNTED = new Attempt(Outcome.UNMOUNTED, "");
    private static final Attempt BUSY = new Attempt(Outcome.BUSY, "fusermount3: busy");
    private static final Attempt REFUSED = new Attempt(Outcome.FAILED, "fusermount3: not allowed");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path mountpoint;
    private FakeHost host;

    /** Answers attempts from a script, and keeps time by adding up the pauses. */
    private final class FakeHost implements UnmountTask.Host {
        private final List<Mount> mounts = new ArrayList<>();
        private final Deque<Attempt> script = new ArrayDeque<>();
        private final List<Duration> pauses = new ArrayList<>();
        private final MountRecords records;
        private int pausesUntilReleased = Integer.MAX_VALUE;

        FakeHost() throws IOException {
            int user = (Integer) Files.getAttribute(folder, "unix:uid");
            records = new MountRecords(user, List.of(folder.resolve("records")));
            mounts.add(new Mount("0:9", mountpoint, "fuse.guestmount", "disk.img", "rw,user_id=" + user));
        }

        @Override
        public MountTable mounts() {
            return new MountTable(mounts);
        }

        @Override
        public Attempt unmount(Path place) {
            assertThat(place).isEqualTo(mountpoint);
            return script.removeFirst();
        }

        @Override
        public MountRecords records(int user) {
            return records;
        }

        @Override
        public void pause(Duration time) {
            pauses.add(time);
            if (pauses.size() == pausesUntilReleased) {
                release();
            }
        }

        private void release() {
            records.find(mountpoint).ifPresent(record -> {
                try {
                    records.remove(record);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                ProcessHandle.of(record.process().pid()).ifPresent(ProcessHandle::destroyForcibly);
            });
        }
    }

    @BeforeEach
    void mount() throws IOException {
        mountpoint = Files.createDirectory(folder.toRealPath().resolve("mnt"));
        host = new FakeHost();
    }

    private ExitCode run(String... arguments) throws IOException, InterruptedException {
        GuestunmountOptions options = new GuestunmountOptions();
        PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertThat(CommandParser.parse(options.commandLine(), arguments, options::validate, print, print))
                .isEmpty();
        return new UnmountTask(options, host, print).run();
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** A record of a process that runs until the host releases the image. */
    private long serve() throws IOException {
        long pid = new ProcessBuilder("sleep", "60").start().pid();
        HostProcess process = HostProcess.running(pid).orElseThrow();
        host.records.write(TestRecords.record(process, mountpoint, null));
        return pid;
    }

    @Test
    void unmountsAtOnceAndSaysNothing() throws Exception {
        host.script.add(UNMOUNTED);

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.SUCCESS);
        assertThat(said()).isEmpty();
        assertThat(host.pauses).isEmpty();
    }

    @Test
    void waitsUntilTheImageIsReleased() throws Exception {
        serve();
        host.script.add(UNMOUNTED);
        host.pausesUntilReleased = 3;

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.SUCCESS);
        assertThat(host.pauses).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void saysSoWhenTheReleaseTakesLong() throws Exception {
        long pid = serve();
        host.script.add(UNMOUNTED);
        host.pausesUntilReleased = 2000;

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.SUCCESS);
        assertThat(said()).containsOnlyOnce("waiting for guestmount (process " + pid + ")");
    }

    @Test
    void doesNotWaitWhenToldNotTo() throws Exception {
        serve();
        host.script.add(UNMOUNTED);

        assertThat(run("--no-wait", mountpoint.toString())).isEqualTo(ExitCode.SUCCESS);
        assertThat(host.pauses).isEmpty();
        host.release();
    }

    @Test
    void aServerThatWasKilledIsReported() throws Exception {
        HostProcess gone = new HostProcess(1, 0);
        Path log = Files.writeString(folder.resolve("1.log"), "lost\n");
        host.records.write(TestRecords.record(gone, mountpoint, log));
        host.script.add(UNMOUNTED);

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(said()).contains("did not end as it should", "see " + log);
        assertThat(host.records.find(mountpoint)).isEmpty();
    }

    @Test
    void busyMountsAreTriedAgainAfterGrowingPauses() throws Exception {
        for (int i = 0; i < 7; i++) {
            host.script.add(BUSY);
        }
        host.script.add(UNMOUNTED);

        assertThat(run("--retry=7", mountpoint.toString())).isEqualTo(ExitCode.SUCCESS);
        assertThat(host.pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L, 16L, 16L);
    }

    @Test
    void sixAttemptsAreMadeUnlessSaidOtherwise() throws Exception {
        for (int i = 0; i < 6; i++) {
            host.script.add(BUSY);
        }

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        assertThat(host.script).isEmpty();
        assertThat(said()).startsWith("guestunmount: fusermount3: busy\n");
    }

    @Test
    void noRetryTriesOnce() throws Exception {
        host.script.add(BUSY);

        assertThat(run("--no-retry", mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        assertThat(host.pauses).isEmpty();
    }

    @Test
    void whatKeepsItBusyIsNamed() throws Exception {
        Path file = Files.createFile(mountpoint.resolve("f"));
        host.script.add(BUSY);

        Process user =
                new ProcessBuilder("sleep", "60").redirectInput(file.toFile()).start();
        try {
            assertThat(run("--no-retry", mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        } finally {
            user.destroy();
        }

        assertThat(said()).contains("process " + user.pid() + " (sleep) has " + file + " open");
    }

    @Test
    void aMountInsideIsNamedAndNotWaitedFor() throws Exception {
        host.mounts.add(new Mount("0:10", mountpoint.resolve("in"), "tmpfs", "none", "rw"));
        host.script.add(BUSY);

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        assertThat(said()).contains(mountpoint + "/in: unmount this tmpfs filesystem first");
        assertThat(host.pauses).isEmpty();
    }

    @Test
    void aRefusalIsNotTriedAgain() throws Exception {
        host.script.add(REFUSED);

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        assertThat(said()).isEqualTo("guestunmount: fusermount3: not allowed\n");
    }

    @Test
    void quietSaysNothing() throws Exception {
        host.script.add(BUSY);

        assertThat(run("-q", "--no-retry", mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        assertThat(said()).isEmpty();
    }

    @Test
    void whatIsNotMountedIsNotMountedAtOnce() throws Exception {
        assertThat(run(folder.toString())).isEqualTo(ExitCode.NOT_MOUNTED);
        assertThat(run(folder + "/nonexistent/deep")).isEqualTo(ExitCode.NOT_MOUNTED);
        assertThat(said()).contains(folder + ": not mounted\n");
    }

    @Test
    void aMountOfAnotherKindIsLeftAlone() throws Exception {
        host.mounts.set(0, new Mount("0:9", mountpoint, "ext4", "/dev/sdb1", "rw"));

        assertThat(run(mountpoint.toString())).isEqualTo(ExitCode.STILL_MOUNTED);
        assertThat(said()).contains("of type ext4", "use umount");
    }

    @Test
    void thePathMayBeWrittenInAnyWay() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), mountpoint);
        host.script.add(UNMOUNTED);
        host.script.add(UNMOUNTED);
        host.script.add(UNMOUNTED);

        assertThat(run(link.toString())).isEqualTo(ExitCode.SUCCESS);
        assertThat(run(mountpoint + "/")).isEqualTo(ExitCode.SUCCESS);
        assertThat(run(mountpoint + "/.")).isEqualTo(ExitCode.SUCCESS);
    }
}
