package org.guestmount.core.qemu;

import java.time.Duration;
import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.drive.Secret;
import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Adds disks to a machine, running or not. Source: QEMU's QMP reference, {@code blockdev-add} and {@code device_add}. */
public final class GuestDisks {
    /** Opening an image on a network filesystem may take long. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final int DETACH_ATTEMPTS = 500;
    private static final int DETACH_POLL_MILLIS = 10;

    private GuestDisks() {}

    /**
     * Adds a disk.
     *
     * @param index its SCSI target, and what to {@linkplain #detach detach} it by
     * @throws QmpException with what QEMU says if it cannot open it
     */
    public static void attach(QmpClient monitor, GuestDisk disk, int index) throws QmpException, InterruptedException {
        addNode(monitor, disk.node().with("node-name", node(index)), disk.secret());
        JsonObject device = new JsonObject()
                .put("driver", "scsi-hd")
                .put("id", device(index))
                .put("bus", "scsi.0")
                .put("drive", node(index))
                .put("scsi-id", index)
                .put("lun", 0)
                // Errors are the guest's to handle: the default is to stop the machine when the host's disk is full.
                .put("werror", "report")
                .put("rerror", "report");
        Integer blockSize = disk.blockSize();
        if (blockSize != null) {
            device.put("logical_block_size", blockSize).put("physical_block_size", blockSize);
        }
        monitor.execute("device_add", device, TIMEOUT);
    }

    /**
     * Opens an image.
     *
     * @param node with its name
     * @param secret what the node refers to as {@link RemoteImage#SECRET_ID}. QEMU has it only meanwhile; null if it needs none
     */
    static void addNode(QmpClient monitor, JsonObject node, @Nullable Secret secret)
            throws QmpException, InterruptedException {
        if (secret == null) {
            monitor.execute("blockdev-add", node, TIMEOUT);
            return;
        }
        JsonObject object = new JsonObject()
                .put("qom-type", "secret")
                .put("id", RemoteImage.SECRET_ID)
                .put("format", secret.base64() ? "base64" : "raw")
                .put("data", secret.data());
        monitor.execute("object-add", object, TIMEOUT);
        try {
            monitor.execute("blockdev-add", node, TIMEOUT);
        } finally {
            monitor.execute("object-del", new JsonObject().put("id", RemoteImage.SECRET_ID), TIMEOUT);
        }
    }

    /** Takes a disk away again that the guest does not use any more. */
    public static void detach(QmpClient monitor, int index) throws QmpException, InterruptedException {
        monitor.execute("device_del", new JsonObject().put("id", device(index)), TIMEOUT);
        // QEMU lets go of the device in its own time, and of the image only then.
        for (int attempt = 0; ; attempt++) {
            try {
                monitor.execute("blockdev-del", new JsonObject().put("node-name", node(index)), TIMEOUT);
                return;
            } catch (QmpException e) {
                if (attempt == DETACH_ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(DETACH_POLL_MILLIS);
            }
        }
    }

    /** The name of a disk for commands about its data. */
    static String node(int index) {
        return "drive" + index;
    }

    private static String device(int index) {
        return "disk" + index;
    }
}
