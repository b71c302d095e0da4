package org.guestmount.mount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.guestmount.core.host.HostUser;

/** Finds out, before anything is started, whether mounting will be possible, and says what to do where it will not. */
final class MountpointCheck {
    private static final int ROOT = 0;
    private static final int STICKY = 01000;

    private final Path fuseDevice;
    private final Path fuseConf;
    private final int uid;

    MountpointCheck(Path fuseDevice, Path fuseConf, int uid) {
        this.fuseDevice = fuseDevice;
        this.fuseConf = fuseConf;
        this.uid = uid;
    }

    /** For this host and this process's user. */
    static MountpointCheck ofThisProcess() throws MountException {
        try {
            return new MountpointCheck(Path.of("/dev/fuse"), Path.of("/etc/fuse.conf"), HostUser.id());
        } catch (UncheckedIOException e) {
            throw new MountException("/proc is not mounted; guestmount needs it", e);
        }
    }

    int uid() {
        return uid;
    }

    /** Returns the mountpoint's absolute path without symbolic links. */
    Path check(Path mountpoint, FuseOptions options) throws MountException {
        checkPrivileges(options);
        checkFuse();
        Path real = checkMounted(mountpoint);
        checkDirectory(mountpoint, real);
        if (!options.has("nonempty")) {
            checkEmpty(mountpoint, real);
        }
        return real;
    }

    private void checkPrivileges(FuseOptions options) throws MountException {
        if (uid == ROOT) {
            return;
        }
        for (String option : new String[] {"suid", "dev"}) {
            if (options.has(option)) {
                throw new MountException("only root may use the mount option -o " + option);
            }
        }
        for (String option : new String[] {"allow_root", "allow_other"}) {
            if (options.has(option) && !isAllowedByConfiguration()) {
                throw new MountException("-o " + option + " is not allowed for ordinary users: "
                        + "root must put a line \"user_allow_other\" into " + fuseConf);
            }
        }
    }

    private boolean isAllowedByConfiguration() {
        try (Stream<String> lines = Files.lines(fuseConf)) {
            return lines.anyMatch(line -> line.strip().equals("user_allow_other"));
        } catch (IOException e) {
            return false;
        }
    }

    private void checkFuse() throws MountException {
        if (!Files.exists(fuseDevice)) {
            throw new MountException("there is no " + fuseDevice
                    + "; load the kernel module with \"modprobe fuse\", or give the device to the container");
        }
        if (!Files.isReadable(fuseDevice) || !Files.isWritable(fuseDevice)) {
            throw new MountException(
                    "no permission to use " + fuseDevice + "; root can allow it with \"chmod 666 " + fuseDevice + "\"");
        }
        if (HostTools.fusermount().isEmpty()) {
            throw new MountException("fusermount was not found; install the package fuse3");
        }
    }

    /** A dead mount answers nothing but ENOTCONN, so the table of mounts is looked at before the directory itself. */
    private static Path checkMounted(Path mountpoint) throws MountException {
        Path absolute = mountpoint.toAbsolutePath();
        try {
            failIfFuse(absolute.normalize());
            Path real = absolute.toRealPath();
            failIfFuse(real);
            return real;
        } catch (NoSuchFileException e) {
            throw new MountException(mountpoint + " does not exist; create it with \"mkdir -p " + mountpoint + "\"", e);
        } catch (MountException e) {
            throw e;
        } catch (IOException e) {
            throw new MountException(mountpoint + " cannot be used as mountpoint: " + e.getMessage(), e);
        }
    }

    private static void failIfFuse(Path path) throws IOException {
        Optional<MountTable.Mount> mount = MountTable.read().at(path).filter(MountTable.Mount::isFuse);
        if (mount.isPresent()) {
            throw new MountException("%s is already mounted on %s; unmount it with \"guestunmount %s\""
                    .formatted(mount.get().source(), path, path));
        }
    }

    private void checkDirectory(Path mountpoint, Path real) throws MountException {
        if (!Files.isDirectory(real)) {
            throw new MountException(mountpoint + " is not a directory; mount on a directory");
        }
        if (uid == ROOT) {
            return;
        }
        if (!Files.isWritable(real) || (isSticky(real) && !isOwned(real))) {
            throw new MountException(
                    mountpoint + " is not yours to mount on; use a directory that you own and can write to");
        }
    }

    private static boolean isSticky(Path directory) throws MountException {
        return ((Integer) attribute(directory, "unix:mode") & STICKY) != 0;
    }

    private boolean isOwned(Path directory) throws MountException {
        return (Integer) attribute(directory, "unix:uid") == uid;
    }

    private static Object attribute(Path directory, String name) throws MountException {
        try {
            return Files.getAttribute(directory, name);
        } catch (IOException e) {
            throw new MountException(directory + " cannot be used as mountpoint: " + e.getMessage(), e);
        }
    }

    private static void checkEmpty(Path mountpoint, Path real) throws MountException {
        try (Stream<Path> entries = Files.list(real)) {
            if (entries.findAny().isPresent()) {
                throw new MountException(mountpoint
                        + " is not empty; mount on an empty directory, or use -o nonempty to hide what it holds");
            }
        } catch (MountException e) {
            throw e;
        } catch (IOException e) {
            throw new MountException(mountpoint + " cannot be listed: " + e.getMessage(), e);
        }
    }
}
