package org.guestmount.appliance.daemon;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DriveName;
import org.jspecify.annotations.Nullable;

/**
 * The drives and their partitions, from sysfs. A drive's number is its SCSI target, whatever the kernel named it.
 *
 * <p>Source: Documentation/ABI/stable/sysfs-block of the Linux kernel.
 */
final class BlockDevices {
    private static final int SECTOR_BYTES = 512;
    private static final int WAIT_MILLIS = 10_000;
    private static final int POLL_MILLIS = 10;

    /** While the kernel reads a partition table again, for reasons of its own, the partitions are gone for a moment. */
    private static final int RESCAN_MILLIS = 500;

    private final String sysfs;
    private final String devices;

    /** Kernel names of the disks whose partitions are known to have been looked for. */
    private final Set<String> scanned = new HashSet<>();

    /**
     * @param sysfs {@code /sys}
     * @param devices {@code /dev}
     */
    BlockDevices(String sysfs, String devices) {
        this.sysfs = sysfs;
        this.devices = devices;
    }

    /** All drives there are after so many have appeared, or time is over, each followed by its partitions. */
    List<BlockDevice> awaitDrives(int expected) throws GuestFilesystemException {
        Map<Integer, String> disks = disks();
        for (int waited = 0; disks.size() < expected && waited < WAIT_MILLIS; waited += POLL_MILLIS) {
            Pause.millis(POLL_MILLIS);
            disks = disks();
        }
        scanned.retainAll(disks.values());
        List<BlockDevice> found = new ArrayList<>();
        for (Integer drive : disks.keySet()) {
            String disk = disks.get(drive);
            try {
                found.addAll(describe(drive, disk));
            } catch (GuestFilesystemException e) {
                if (isThere(disk)) {
                    throw e;
                }
                // It was taken away meanwhile.
            }
        }
        return found;
    }

    private boolean isThere(String disk) {
        return new File(sysfs + "/block/" + disk).exists();
    }

    /** A drive and its partitions. */
    private List<BlockDevice> describe(int drive, String disk) throws GuestFilesystemException {
        if (scanned.add(disk)) {
            scanPartitions(disk);
        }
        List<BlockDevice> found = new ArrayList<>();
        found.add(describe(new DriveName(drive, 0), disk, disk));
        Map<Integer, String> partitions = partitions(disk);
        for (Integer partition : partitions.keySet()) {
            found.add(describe(new DriveName(drive, partition), disk, disk + "/" + partitions.get(partition)));
        }
        return found;
    }

    /**
     * The path of a device's node; that of a name which is none of a drive is the name itself.
     *
     * @throws GuestFilesystemException {@code ENOENT} if there is no such drive or partition
     */
    String node(String device) throws GuestFilesystemException {
        DriveName name = DriveName.parse(device);
        if (name == null) {
            return device;
        }
        String kernelName = kernelName(name);
        for (int waited = 0; kernelName == null && waited < RESCAN_MILLIS; waited += POLL_MILLIS) {
            Pause.millis(POLL_MILLIS);
            kernelName = kernelName(name);
        }
        if (kernelName == null) {
            throw new GuestFilesystemException(Errno.ENOENT, device + ": there is no such device");
        }
        return devices + "/" + kernelName;
    }

    /**
     * Where a partition, or a drive as a whole, begins.
     *
     * @param drive its number
     * @param bytes from the beginning of the drive
     */
    record Start(int drive, long bytes) {}

    /** Where the device with this number begins; null if it is neither a drive nor a partition of one. */
    @Nullable
    Start start(int major, int minor) throws GuestFilesystemException {
        String device = sysfs + "/dev/block/" + major + ":" + minor;
        if (!new File(device).exists()) {
            return null;
        }
        String[] path = SystemFiles.readLink(device).split("/", -1);
        boolean partition = new File(device + "/partition").exists();
        Integer drive = target(path[path.length - (partition ? 2 : 1)]);
        if (drive == null) {
            return null;
        }
        long sectors = partition ? Long.parseLong(SystemFiles.readLine(device + "/start")) : 0;
        return new Start(drive, sectors * SECTOR_BYTES);
    }

    private @Nullable String kernelName(DriveName name) throws GuestFilesystemException {
        String disk = disks().get(name.drive());
        return disk == null || name.partition() == 0 ? disk : partitions(disk).get(name.partition());
    }

    /** Kernel names of the disks, by SCSI target. */
    private Map<Integer, String> disks() throws GuestFilesystemException {
        Map<Integer, String> disks = new TreeMap<>();
        for (String name : entries(sysfs + "/block")) {
            if (name.startsWith("sd")) {
                Integer target = target(name);
                if (target != null) {
                    disks.put(target, name);
                }
            }
        }
        return disks;
    }

    /** The {@code T} of {@code H:C:T:L}; null if the disk is going away. */
    private @Nullable Integer target(String disk) throws GuestFilesystemException {
        try {
            String address = SystemFiles.readLink(sysfs + "/block/" + disk + "/device");
            String[] parts = address.substring(address.lastIndexOf('/') + 1).split(":", -1);
            return parts.length == 4 ? Integer.valueOf(parts[2]) : null;
        } catch (GuestFilesystemException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    /** Kernel names of a disk's partitions, by number. */
    private Map<Integer, String> partitions(String disk) throws GuestFilesystemException {
        Map<Integer, String> partitions = new TreeMap<>();
        String folder = sysfs + "/block/" + disk;
        for (String name : entries(folder)) {
            if (name.startsWith(disk)) {
                partitions.put(Integer.valueOf(SystemFiles.readLine(folder + "/" + name + "/partition")), name);
            }
        }
        return partitions;
    }

    /**
     * A disk can be seen before the kernel lets it be opened and has read its partition table. This waits for the one, and does
     * the other after the kernel has if it is at it, unless partitions are in use already.
     */
    private void scanPartitions(String disk) throws GuestFilesystemException {
        String node = devices + "/" + disk;
        long device = Syscalls.open(node, Abi.O_RDONLY | Abi.O_NONBLOCK);
        for (int waited = 0; device < 0 && isThere(disk) && waited < WAIT_MILLIS; waited += POLL_MILLIS) {
            Pause.millis(POLL_MILLIS);
            device = Syscalls.open(node, Abi.O_RDONLY | Abi.O_NONBLOCK);
        }
        Syscalls.check(device, "open", node);
        Libc.syscall(Abi.SYS_IOCTL, device, Abi.BLKRRPART, 0, 0, 0);
        Syscalls.close((int) device);
    }

    private BlockDevice describe(DriveName name, String disk, String folder) throws GuestFilesystemException {
        String base = sysfs + "/block/" + folder;
        return new BlockDevice(
                name.toString(),
                name.partition() == 0 ? null : new DriveName(name.drive(), 0).toString(),
                Long.parseLong(SystemFiles.readLine(base + "/size")) * SECTOR_BYTES,
                Integer.parseInt(SystemFiles.readLine(sysfs + "/block/" + disk + "/queue/logical_block_size")),
                SystemFiles.readLine(base + "/ro").equals("1"));
    }

    private static List<String> entries(String folder) {
        String[] names = new File(folder).list();
        return names == null ? List.of() : Arrays.asList(names);
    }
}
