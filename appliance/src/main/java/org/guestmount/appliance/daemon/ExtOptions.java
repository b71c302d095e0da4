package org.guestmount.appliance.daemon;

import java.util.List;
import org.guestmount.core.fs.GuestFilesystemException;

/** The options in force of mounted ext2, ext3 and ext4: those that go without saying are among them, and those that the superblock has. */
final class ExtOptions {
    private static final String FILE = "/proc/fs/ext4/%s/options";

    private ExtOptions() {}

    /** @param kernelName of the device that it is on */
    static List<String> inForce(String kernelName) throws GuestFilesystemException {
        return SystemFiles.read(FILE.formatted(kernelName)).lines().toList();
    }
}
