package org.guestmount.core.session;

import java.util.List;
import org.guestmount.core.drive.Drive;

/**
 * What to launch.
 *
 * @param drives in the order the guest sees them, the first as {@code /dev/sda}; 1 to {@value #MAX_DRIVES}
 * @param settings of the environment
 */
public record SessionConfig(List<Drive> drives, LaunchSettings settings) {
    /** Targets of one virtio-scsi controller. */
    public static final int MAX_DRIVES = 255;

    public SessionConfig {
        drives = List.copyOf(drives);
        if (drives.isEmpty() || drives.size() > MAX_DRIVES) {
            throw new IllegalArgumentException(drives.size() + " drives");
        }
    }
}
