package org.guestmount.appliance.daemon;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;

/**
 * Devices that another caches. The kernel is told of both, and makes a volume of them; one whose cache may hold what was not written
 * back yet appears only together with it.
 *
 * <p>Source: Documentation/admin-guide/bcache.rst; include/uapi/linux/bcache.h of Linux 5.15.
 */
final class Bcache {
    /** What libblkid calls the devices, those that cache and those that are cached. */
    static final String PART = "bcache";

    private static final String REGISTER = "/sys/fs/bcache/register";
    private static final String CACHES = "/sys/fs/bcache/";
    private static final String DEVICES = "/sys/class/block/";
    private static final String STOP = "/stop";

    private static final int MODPROBE_SECONDS = 60;

    private static final int CACHE_UUID = 4096 + 56;
    private static final int UUID_BYTES = 16;

    /** A cache writes its journal before it goes. */
    private static final int STOP_MILLIS = 60_000;

    private static final int POLL_MILLIS = 10;

    private Bcache() {}

    /**
     * Tells the kernel of a device.
     *
     * @throws GuestFilesystemException what the kernel says of one that it does not take
     */
    static void register(String device, String node) throws GuestFilesystemException {
        if (!new File(REGISTER).exists()) {
            HelperProgram.run(List.of("modprobe", "bcache"), MODPROBE_SECONDS);
        }
        if (!new File(REGISTER).exists()) {
            throw new GuestFilesystemException(
                    Errno.ENODEV, device + " is a part of a bcache; the appliance's kernel has none");
        }
        try (KernelLog log = KernelLog.fromNow()) {
            try {
                SystemFiles.write(REGISTER, node);
            } catch (GuestFilesystemException e) {
                throw new GuestFilesystemException(
                        e.errno(), device + " is a part of a bcache that could not be set up" + log.lines(), e);
            }
        }
    }

    /** Whether a device that the kernel was told of is of no use without its cache. */
    static boolean lacksCache(String node) throws GuestFilesystemException {
        String running = DEVICES + kernelName(node) + "/bcache/running";
        return new File(running).exists() && SystemFiles.readLine(running).equals("0");
    }

    /** The UUID of the cache, or rather of the set of caches, that a device belongs to. */
    static String cacheOf(String node) throws GuestFilesystemException {
        ByteBuffer uuid = ByteBuffer.wrap(SystemFiles.readAt(node, CACHE_UUID, UUID_BYTES));
        return new UUID(uuid.getLong(), uuid.getLong()).toString();
    }

    private static String kernelName(String node) {
        return node.substring(node.lastIndexOf('/') + 1);
    }

    /**
     * The folders in sysfs by which what was made can be stopped: of volumes and of devices that wait for their cache; when none is
     * left, of the caches, for a volume goes with its cache, whoever uses it.
     */
    static List<String> running() {
        List<String> running = new ArrayList<>();
        for (String name : SystemFiles.names(DEVICES)) {
            String folder = DEVICES + name + "/bcache";
            boolean hasVolume = !name.startsWith(PART) && new File(folder + "/dev").exists();
            if (new File(folder + STOP).exists() && !hasVolume) {
                running.add(folder);
            }
        }
        if (running.isEmpty()) {
            for (String name : SystemFiles.names(CACHES)) {
                if (new File(CACHES + name + STOP).exists()) {
                    running.add(CACHES + name);
                }
            }
        }
        return running;
    }

    /**
     * Stops one of {@link #running}. It keeps its state, as at a shutdown.
     *
     * @throws GuestFilesystemException {@code EBUSY} if it is in use
     */
    static void stop(String folder) throws GuestFilesystemException {
        if (folder.startsWith(DEVICES + PART)) {
            // Exclusively, for the kernel would take it away from those who use it.
            SystemFiles.flush("/dev/" + folder.split("/", -1)[4], Abi.O_EXCL);
        }
        SystemFiles.write(folder + STOP, "1");
        for (int waited = 0; new File(folder + STOP).exists(); waited += POLL_MILLIS) {
            if (waited >= STOP_MILLIS) {
                throw new GuestFilesystemException(Errno.ETIMEDOUT, folder + " does not stop");
            }
            Pause.millis(POLL_MILLIS);
        }
    }
}
