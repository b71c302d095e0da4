package org.guestmount.core.qemu;

import java.nio.file.Path;
import java.util.List;
import org.guestmount.core.appliance.Appliance;

/**
 * A virtual machine.
 *
 * @param program the QEMU to run
 * @param sandbox whether QEMU denies itself the system calls it does not need
 * @param memoryMebibytes of the guest
 * @param processors of the guest
 * @param kernelArguments added to the kernel's command line, may be empty
 * @param verbose whether the guest's kernel tells the console what it does
 * @param disks in the order of their SCSI targets
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
        List<GuestDisk> disks,
        String daemonSocket,
        String monitorSocket) {
    public QemuConfig {
        disks = List.copyOf(disks);
    }
}
