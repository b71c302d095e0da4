package org.guestmount.core.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The host's KVM, as far as files tell.
 *
 * @param device {@code /dev/kvm}
 * @param trial how long a guest may take to answer when KVM is tried for the first time
 */
record KvmAccess(Path device, Duration trial) {
    /** The limit is several times what a guest takes to answer under KVM. */
    static final KvmAccess HOST = new KvmAccess(Path.of("/dev/kvm"), Duration.ofSeconds(10));

    /** Whether this user may try. */
    boolean isPermitted() {
        return Files.isReadable(device) && Files.isWritable(device);
    }

    /** Why not, for a log. */
    String obstacle() {
        return device
                + (Files.exists(device)
                        ? " may not be used by this user (who may need to be in the group kvm)"
                        : " does not exist");
    }
}
