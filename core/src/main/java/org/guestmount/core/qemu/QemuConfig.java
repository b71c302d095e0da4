package org.guestmount.core.qemu;

import java.nio.file.Path;
import org.guestmount.core.appliance.Appliance;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine.
 *
 * @param program the QEMU to run
 * @param sandbox whether QEMU denies itself the system calls it does not need
 * @param memoryMebibytes of the guest
 * @param processors of the guest
 * @param kernelArguments added to the kernel's command line, may be empty
 * @param verbose whether the guest's kernel tells the console what it does
 * @param memory the file that the guest's memory is; null for memory of QEMU's own
 * @param window the file that is the memory shared with the guest, relative to QEMU's working folder; exists
 * @param daemonSocket where the daemon's port connects to, relative to QEMU's working folder
 * @param monitorSocket where QEMU's monitor connects to, likewise
 */
public record QemuConfig(
        Path program,
        Accelerator accelerator,
        boolean sandbox,
        int memoryMebibytes,
        int processors,
        Appliance appliance,
        String kernelArguments,
        boolean verbose,
        @Nullable GuestMemory memory,
        String window,
        String daemonSocket,
        String monitorSocket) {

    /**
     * A file with the guest's memory.
     *
     * @param saved whether it holds that of a saved guest, which QEMU then waits to be given the rest of and copies what it writes
     *     to; otherwise it is empty, and the guest that is booted lives in it
     */
    public record GuestMemory(Path file, boolean saved) {}
}
