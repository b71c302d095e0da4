package org.guestmount.cli;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts the guest's filesystems in the guest, and explains why one could not be. */
final class GuestMounts {
    private static final Logger LOG = LoggerFactory.getLogger(GuestMounts.class);

    /** What ntfs-3g says of a volume whose contents Windows has partly in its hibernation file. */
    private static final String UNSAFE_STATE = "unsafe state";

    private final GuestMachine machine;
    private final GuestVolumes volumes;
    private final Consumer<String> notices;
    private boolean writable;

    /**
     * @param volumes makes appear what is not there from the start
     * @param notices takes what the user should know though nothing is wrong
     */
    GuestMounts(GuestMachine machine, GuestVolumes volumes, Consumer<String> notices) {
        this.machine = machine;
        this.volumes = volumes;
        this.notices = notices;
    }

    /** Waits until the guest has its drives. */
    void awaitDrives(int drives) throws UserException {
        try {
            machine.blockDevices(drives);
        } catch (GuestFilesystemException e) {
            throw new UserException("the guest cannot list its disks: " + e.getMessage(), e);
        }
    }

    /** Mounts them in that order. */
    void mount(List<MountRequest> requests) throws UserException, InterruptedException {
        for (MountRequest request : requests) {
            prepareAndMount(request);
        }
    }

    /** Mounts what is there. */
    void mount(MountRequest request) throws GuestFilesystemException {
        MountOutcome outcome = machine.mount(request);
        writable |= !outcome.readOnly();
        tell(request, outcome);
    }

    /** Whether anything that was mounted can be written to. */
    boolean areWritable() {
        return writable;
    }

    /** Mounts what is there at once; only if that fails, there is more to do. */
    private void prepareAndMount(MountRequest request) throws UserException, InterruptedException {
        while (true) {
            try {
                mount(request);
                return;
            } catch (GuestFilesystemException e) {
                if (!prepare(request, e)) {
                    throw new UserException(explanation(request, e), e);
                }
            }
        }
    }

    private void tell(MountRequest request, MountOutcome outcome) {
        if (!outcome.said().isEmpty()) {
            LOG.info("{}: {}", request.device(), outcome.said());
        }
        if (outcome.readOnly() && !request.hasOption("ro")) {
            String reason = outcome.said().contains(UNSAFE_STATE)
                    ? "Windows is hibernated or was not shut down in full (Fast Startup)"
                    : "nothing can be written to this filesystem here";
            notices.accept(request.device() + " is mounted read-only: " + reason);
        }
    }

    /** Without what the guest's kernel said besides. */
    static String firstLine(GuestFilesystemException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private boolean prepare(MountRequest request, GuestFilesystemException failure)
            throws UserException, InterruptedException {
        try {
            return volumes.prepare(request.device(), failure.errno());
        } catch (GuestFilesystemException e) {
            throw new UserException(request.device() + " could not be made ready: " + e.getMessage(), e);
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
        for (String note : volumes.notes()) {
            text.append('\n').append(note);
        }
        return text.append('\n').append(filesystems()).toString();
    }

    private String filesystems() {
        try {
            return list(machine.detectFilesystems());
        } catch (GuestFilesystemException e) {
            return "The guest cannot say which filesystems there are: " + e.getMessage();
        }
    }

    /** What there is to be mounted, for people. */
    static String list(List<DetectedFilesystem> found) {
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
        String line = filesystem.device() + " (" + filesystem.type() + ")" + label + use;
        return filesystem.subvolumes().stream()
                .map(subvolume -> "\n  " + filesystem.device() + ":/:subvol=" + subvolume)
                .collect(Collectors.joining("", line, ""));
    }
}
