package org.guestmount.appliance.daemon;

import java.nio.file.Path;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.junit.jupiter.api.io.TempDir;

/** The daemon does on a real filesystem what every guest filesystem has to. */
final class SyscallFilesystemTest extends GuestFilesystemContract {
    @TempDir
    Path directory;

    @Override
    protected GuestFilesystem openFilesystem() throws Exception {
        return HostDirectory.open(directory);
    }
}
