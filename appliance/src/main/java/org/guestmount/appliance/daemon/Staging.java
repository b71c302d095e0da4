package org.guestmount.appliance.daemon;

import java.io.File;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.jspecify.annotations.Nullable;

/** A directory beside the guest's tree, on which one filesystem at a time is mounted for a moment. Not thread-safe. */
final class Staging {
    private final String directory;
    private final Blkid blkid;
    private @Nullable GuestRoot root;

    /** @param directory an absolute path of the daemon's own tree; made when it is first needed */
    Staging(String directory, Blkid blkid) {
        this.directory = directory;
        this.blkid = blkid;
    }

    /** A filesystem that is mounted there, to be unmounted by closing; nothing of ours may be open in it by then. */
    final class Mounted implements AutoCloseable {
        private final GuestRoot root;
        private final String said;

        private Mounted(GuestRoot root, String said) {
            this.root = root;
            this.said = said;
        }

        /** What the program that mounted it said, if there was one. */
        String said() {
            return said;
        }

        GuestRoot root() {
            return root;
        }

        @Override
        public void close() throws GuestFilesystemException {
            root.showBare();
            MountTable.unmount(directory);
        }
    }

    /** Mounts a filesystem; parameters and errors are those of {@link MountRequest} and {@link Mounter#mount}. */
    Mounted mount(String device, String node, String type, String options) throws GuestFilesystemException {
        GuestRoot known = root;
        if (known == null) {
            new File(directory).mkdir();
            known = GuestRoot.of(directory);
            root = known;
        }
        MountRequest request = new MountRequest(device, GuestPath.ROOT, options, type);
        MountOutcome outcome = new Mounter(known, this, blkid).mount(node, type, request);
        return new Mounted(known, outcome.said());
    }
}
