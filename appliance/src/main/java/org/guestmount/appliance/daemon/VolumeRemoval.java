package org.guestmount.appliance.daemon;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * Takes apart what was made of the drives, whatever it is and however it is stacked: the kernel refuses to remove a device that
 * another is made of, so those that can be removed are, until none is left. No program need run: LVM and cryptsetup write nothing
 * when they let go of a volume, and an array is marked clean by the kernel.
 *
 * <p>Source: include/uapi/linux/dm-ioctl.h, raid/md_u.h and loop.h of the Linux kernel.
 */
final class VolumeRemoval {
    private static final String CONTROL = "/dev/mapper/control";

    /** Something may look at a device for a moment after it was let go. */
    private static final int ATTEMPTS = 100;

    private static final int RETRY_MILLIS = 20;

    private VolumeRemoval() {}

    /**
     * Removes every volume; all that can be, whatever error is thrown in the end.
     *
     * @throws GuestFilesystemException {@code EBUSY} if something goes on being used; what could not be written
     */
    static void removeAll() throws GuestFilesystemException {
        GuestFilesystemException failure = null;
        int fruitless = 0;
        for (List<String> left = volumes(); !left.isEmpty() && fruitless < ATTEMPTS; left = volumes()) {
            boolean progress = false;
            for (String volume : left) {
                try {
                    remove(volume);
                    progress = true;
                } catch (GuestFilesystemException e) {
                    failure = e;
                }
            }
            if (!progress) {
                fruitless++;
                Pause.millis(RETRY_MILLIS);
            }
        }
        if (failure != null && fruitless == ATTEMPTS) {
            throw failure;
        }
    }

    /** Kernel names of what is there to remove, or folders of {@link Bcache}'s. */
    private static List<String> volumes() {
        List<String> volumes = new ArrayList<>(Bcache.running());
        for (String name : SystemFiles.names("/sys/block")) {
            boolean isVolume = name.startsWith("dm-")
                    || (name.startsWith("md") && new File("/sys/block/" + name + "/md/array_state").exists())
                    || (name.startsWith("loop") && new File("/sys/block/" + name + "/loop/backing_file").exists());
            if (isVolume) {
                volumes.add(name);
            }
        }
        return volumes;
    }

    private static void remove(String volume) throws GuestFilesystemException {
        if (volume.startsWith("/")) {
            Bcache.stop(volume);
        } else if (volume.startsWith("dm-")) {
            SystemFiles.flush("/dev/" + volume, Abi.O_NONBLOCK);
            removeMapped(SystemFiles.readLine("/sys/block/" + volume + "/dm/name"));
        } else if (volume.startsWith("md")) {
            stop(volume, Abi.STOP_ARRAY);
        } else {
            stop(volume, Abi.LOOP_CLR_FD);
        }
    }

    private static void stop(String volume, int request) throws GuestFilesystemException {
        int device = open("/dev/" + volume);
        try {
            Syscalls.fsync(device);
            Syscalls.check(Syscalls.ioctl(device, request, 0), "stop", volume);
        } finally {
            Syscalls.close(device);
        }
        if (request == Abi.LOOP_CLR_FD) {
            return;
        }
        for (int attempt = 0; attempt < ATTEMPTS && volumes().contains(volume); attempt++) {
            Pause.millis(RETRY_MILLIS); // it goes when the last who looks at it has closed it
        }
    }

    private static int open(String node) throws GuestFilesystemException {
        return (int) Syscalls.check(Syscalls.open(node, Abi.O_RDONLY | Abi.O_NONBLOCK), "open", node);
    }

    private static void removeMapped(String name) throws GuestFilesystemException {
        int control = (int) Syscalls.check(Syscalls.open(CONTROL, Abi.O_RDWR), "open", CONTROL);
        try {
            Scratch scratch = Scratch.ofThread();
            int at = Scratch.STRUCT;
            scratch.memory().put(at, new byte[Abi.DM_IOCTL_BYTES]);
            scratch.memory()
                    .putInt(at, 4) // the interface's major version
                    .putInt(at + Abi.DM_IOCTL_SIZE, Abi.DM_IOCTL_BYTES)
                    .putInt(at + Abi.DM_IOCTL_START, Abi.DM_IOCTL_BYTES)
                    .put(at + Abi.DM_IOCTL_NAME, name.getBytes(StandardCharsets.ISO_8859_1));
            long result = Syscalls.ioctl(control, Abi.DM_DEV_REMOVE, scratch.address(at));
            if (!Syscalls.failedWith(result, Errno.ENXIO)) {
                Syscalls.check(result, "remove", name);
            }
        } finally {
            Syscalls.close(control);
        }
    }
}
