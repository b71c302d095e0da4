package org.guestmount.mount;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Unmounts by way of fusermount, which root and the mount's owner may use alike. */
final class Unmounter {
    /** A guest being slow to write back what the kernel holds is no reason to give up soon. */
    private static final int SECONDS = 120;

    private final Path fusermount;
    private final Path mountpoint;

    Unmounter(Path fusermount, Path mountpoint) {
        this.fusermount = fusermount;
        this.mountpoint = mountpoint;
    }

    /** Unmounts; does nothing if it is not mounted. */
    void unmount() throws MountException, InterruptedException {
        run(List.of());
    }

    /** Takes the mount out of the tree at once; programs that use it go on until they close it. */
    void detach() throws MountException, InterruptedException {
        run(List.of("-z"));
    }

    private void run(List<String> options) throws MountException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(fusermount.toString(), "-u"));
        command.addAll(options);
        command.addAll(List.of("--", mountpoint.toString()));
        try {
            HostTools.Result result = HostTools.run(command, SECONDS);
            if (result.status() != 0 && isMounted()) {
                throw new MountException(mountpoint + " is still mounted: " + result.output());
            }
        } catch (MountException e) {
            throw e;
        } catch (IOException e) {
            throw new MountException("could not unmount " + mountpoint + ": " + e.getMessage(), e);
        }
    }

    private boolean isMounted() throws IOException {
        return MountTable.read().at(mountpoint).filter(MountTable.Mount::isFuse).isPresent();
    }
}
