package org.guestmount.core.qemu;

import java.time.Duration;
import org.guestmount.core.json.JsonObject;

/**
 * Adds memory to a running machine, for what takes more than mounting does: Argon2, with which the keys of LUKS volumes are derived, is
 * made to take a gibibyte.
 *
 * <p>Source: docs/memory-hotplug.txt of QEMU.
 */
public final class MemoryModules {
    /** How many times memory can be added to a machine. */
    static final int SLOTS = 4;

    /** How much can be added in all: one key takes 4 GiB at most, which is cryptsetup's limit. */
    static final int MAX_ADDED_MEBIBYTES = 16 << 10;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The size of the kernel's memory blocks, of which it takes whole ones only. */
    private static final long BLOCK_BYTES = 128L << 20;

    private MemoryModules() {}

    /**
     * Adds memory; the guest has it a moment later.
     *
     * @param index how many times it was done before
     * @param bytes at least so many
     * @throws QmpException with what QEMU says if it cannot
     */
    public static void add(QmpClient monitor, int index, long bytes) throws QmpException, InterruptedException {
        long size = (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
        JsonObject memory = new JsonObject()
                .put("qom-type", "memory-backend-ram")
                .put("id", "added" + index)
                .put("size", size);
        monitor.execute("object-add", memory, TIMEOUT);
        JsonObject module = new JsonObject()
                .put("driver", "pc-dimm")
                .put("id", "module" + index)
                .put("memdev", "added" + index)
                .put("node", 0);
        monitor.execute("device_add", module, TIMEOUT);
    }
}
