package org.guestmount.appliance.daemon;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.guestmount.core.fs.GuestFilesystemException;

/** A directory of the machine the tests run on, in the place of the guest's tree. */
final class HostDirectory {
    private HostDirectory() {}

    /** The daemon's filesystem over a directory; skips the test where it could not work. */
    static SyscallFilesystem open(Path directory) throws GuestFilesystemException {
        assumeTrue(isRoot(), "the daemon is root, and so must be who tests it");
        Libc.syscall(Abi.SYS_UMASK, 0, 0, 0, 0, 0);
        GuestRoot root = GuestRoot.of(directory.toString());
        BlockDevices devices = new BlockDevices("/sys", "/dev");
        return new SyscallFilesystem(root, new MountTable(root), devices, new InodeTables(root, devices));
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
