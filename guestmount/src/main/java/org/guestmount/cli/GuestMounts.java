package org.guestmount.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountRequest;

/** Mounts the guest's filesystems in the guest, and explains why one could not be. */
final class GuestMounts {
    private final GuestMachine machine;

    GuestMounts(GuestMachine machine) {
        this.machine = machine;
    }

    /** @param drives how many the guest has */
    void mount(List<MountRequest> requests, int drives) throws UserException {
        try {
            machine.blockDevices(drives);
        } catch (GuestFilesystemException e) {
            throw new UserException("the guest cannot list its disks: " + e.getMessage(), e);
        }
        for (MountRequest request : requests) {
            try {
                machine.mount(request);
            } catch (GuestFilesystemException e) {
                throw new UserException(explanation(request, e), e);
            }
        }
    }

    private String explanation(MountRequest request, GuestFilesystemException failure) {
        StringBuilder text = new StringBuilder(request.device());
        if (!request.mountpoint().isRoot()) {
            text.append(" on ").append(request.mountpoint().display());
        }
        text.append(" could not be mounted: ").append(failure.getMessage());
        if (!request.options().isEmpty() && failure.errno() == Errno.EINVAL) {
            text.append("\nCheck its options: ").append(request.options());
        }
        return text.append('\n').append(filesystems()).toString();
    }

    private String filesystems() {
        List<DetectedFilesystem> found;
        try {
            found = machine.detectFilesystems();
        } catch (GuestFilesystemException e) {
            return "The guest cannot say which filesystems there are: " + e.getMessage();
        }
        if (found.isEmpty()) {
            return "There is no filesystem on the disk.";
        }
        String heading = found.stream().anyMatch(DetectedFilesystem::mountable)
                ? "Did you mean one of these?"
                : "There is no filesystem on the disk; it holds:";
        return found.stream().map(GuestMounts::line).collect(Collectors.joining("\n  ", heading + "\n  ", ""));
    }

    private static String line(DetectedFilesystem filesystem) {
        String label = filesystem.label() == null ? "" : ", labelled " + filesystem.label();
        String use = filesystem.mountable() ? "" : ", which cannot be mounted as it is";
        return filesystem.device() + " (" + filesystem.type() + ")" + label + use;
    }
}
