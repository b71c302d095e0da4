package org.guestmount.benchmark;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.MountEntry;
import org.guestmount.it.framework.Project;

/** A way to mount the first partition of a disk image. When it is unmounted, the image is free again. */
enum MountSystem {
    OURS("this project") {
        @Override
        Mounted mount(GuestImage disk, boolean writable, Path mountpoint) {
            Path bin = Project.folder().resolve("bin");
            Path pidFile = Path.of(mountpoint + ".pid");
            Command.of(guestmount(bin, disk, writable, mountpoint, pidFile))
                    .within(LAUNCH_LIMIT)
                    .run();
            return new Mounted.Here(
                    mountpoint,
                    pid(pidFile),
                    () -> Command.of(bin.resolve("guestunmount"), mountpoint)
                            .within(LAUNCH_LIMIT)
                            .run());
        }
    },
    LIBGUESTFS("libguestfs's guestmount") {
        @Override
        Mounted mount(GuestImage disk, boolean writable, Path mountpoint) {
            Path bin = Path.of("/usr/bin");
            Path pidFile = Path.of(mountpoint + ".pid");
            Command.of(guestmount(bin, disk, writable, mountpoint, pidFile))
                    .with(Map.of("LIBGUESTFS_BACKEND", "direct"))
                    .within(LAUNCH_LIMIT)
                    .run();
            long pid = pid(pidFile);
            return new Mounted.Here(mountpoint, pid, () -> {
                Command.of(bin.resolve("guestunmount"), mountpoint)
                        .within(LAUNCH_LIMIT)
                        .run();
                await().atMost(LAUNCH_LIMIT)
                        .pollInterval(POLL)
                        .until(() -> ProcessHandle.of(pid).isEmpty());
            });
        }
    },
    KERNEL("the host's kernel, by a loop device: the limit") {
        @Override
        boolean canMount(GuestImage disk) {
            return disk.format().equals("raw");
        }

        @Override
        Mounted mount(GuestImage disk, boolean writable, Path mountpoint) {
            String device = Command.of("losetup", "-f", "--show", "-o", Corpus.PARTITION_START, disk.path())
                    .run()
                    .strip();
            Command.of("mount", "-o", writable ? "rw" : "ro,noload", device, mountpoint)
                    .run();
            return new Mounted.Here(mountpoint, Mounted.Here.NO_PROCESS, () -> {
                Command.of("umount", mountpoint).within(LAUNCH_LIMIT).run();
                Command.of("losetup", "-d", device).run();
            });
        }
    },
    FUSE2FS("fuse2fs of e2fsprogs") {
        @Override
        boolean canMount(GuestImage disk) {
            return disk.format().equals("raw");
        }

        @Override
        Mounted mount(GuestImage disk, boolean writable, Path mountpoint) {
            String options = (writable ? "rw" : "ro") + ",offset=" + Corpus.PARTITION_START;
            Process process = Command.of("fuse2fs", "-f", "-o", options, disk.path(), mountpoint)
                    .start();
            await().atMost(LAUNCH_LIMIT).pollInterval(POLL).until(() -> isMounted(mountpoint) || !process.isAlive());
            if (!process.isAlive()) {
                throw new IllegalStateException("fuse2fs ended with status " + process.exitValue());
            }
            return new Mounted.Here(mountpoint, process.pid(), () -> {
                Command.of("fusermount3", "-u", mountpoint).within(LAUNCH_LIMIT).run();
                await().atMost(LAUNCH_LIMIT).pollInterval(POLL).until(() -> !process.isAlive());
            });
        }
    },
    GUEST("programs inside a guest like ours: the floor of what it has to do") {
        @Override
        boolean canMount(GuestImage disk) {
            return disk.format().equals("raw");
        }

        @Override
        boolean canDo(Work work) {
            return !work.needsHost();
        }

        @Override
        Mounted mount(GuestImage disk, boolean writable, Path mountpoint) {
            return new GuestShell(mountpoint, disk, writable);
        }
    };

    private static final Duration LAUNCH_LIMIT = Duration.ofMinutes(9);
    private static final Duration POLL = Duration.ofMillis(10);

    private final String description;

    MountSystem(String description) {
        this.description = description;
    }

    String description() {
        return description;
    }

    boolean canMount(GuestImage disk) {
        return true;
    }

    /** Whether the system has what the work needs. */
    boolean canDo(Work work) {
        return true;
    }

    /** Returns when programs can use the mount. */
    abstract Mounted mount(GuestImage disk, boolean writable, Path mountpoint);

    /** The command line that both guestmounts understand. */
    private static List<String> guestmount(Path bin, GuestImage disk, boolean writable, Path mountpoint, Path pidFile) {
        List<String> argv = new ArrayList<>();
        Collections.addAll(argv, bin.resolve("guestmount").toString(), "--format=" + disk.format());
        Collections.addAll(argv, "-a", disk.path().toString(), "-m", "/dev/sda1", writable ? "--rw" : "--ro");
        Collections.addAll(argv, "--pid-file", pidFile.toString(), mountpoint.toString());
        return argv;
    }

    private static long pid(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMounted(Path mountpoint) {
        return MountEntry.all().stream().anyMatch(entry -> entry.mountpoint().equals(mountpoint.toString()));
    }
}
