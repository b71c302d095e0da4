package org.guestmount.appliance.daemon;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The daemon's filesystem over a folder of the machine that runs the tests. */
abstract class OnHostDirectory {
    @TempDir
    Path directory;

    SyscallFilesystem filesystem;

    @BeforeEach
    void openFilesystem() throws Exception {
        filesystem = HostDirectory.open(directory);
    }

    @AfterEach
    void closeFilesystem() {
        if (filesystem != null) {
            filesystem.close();
        }
    }
}
