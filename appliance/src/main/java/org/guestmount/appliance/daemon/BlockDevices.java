package org.guestmount.appliance.daemon;

import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DriveName;
import org.guestmount.core.machine.VolumeName;
import org.jspecify.annotations.Nullable;

/**
 * The drives, the volumes made of them and the partitions of both, from sysfs. A drive's number is its SCSI target, whatever the
 * kernel named it.
 *
 * <p>Source: Documentation/ABI/stable/sysfs-block of the Linux kernel.
 */
final class BlockDevices {
    private static final int SECTOR_BYTES = 512;

    /** That of a volume itself; what serves it has more, such as {@code -cow}. */
    private static final int LVM_UUID_LENGTH = 4 + 2 * 32;

    /** Source: lvm(8), "Reserved names". */
    private static final List<String> INTERNAL_SUFFIXES = List.of(
            "_cdata",
            "_cmeta",
            "_corig",
            "_cpool",
            "_cvol",
            "_imeta",
            "_iorig",
            "_mimage",
            "_mlog",
            "_pmspare",
            "_rimage",
            "_rmeta",
            "_tdata",
            "_tmeta",
            "_vdata",
            "_vorigin",
            "_wcorig");

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

    /** All drives there are after so many have appeared, or time is over, and all volumes, each followed by its partitions. */
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
        Map<String, String> volumes = volumes();
        for (Map.Entry<String, String> volume : volumes.entrySet()) {
            String kernelName = volume.getValue();
            found.add(describe(volume.getKey(), null, kernelName, kernelName));
            Map<String, String> partitions = volumePartitions(volume.getKey(), kernelName);
            for (Map.Entry<String, String> partition : partitions.entrySet()) {
                String folder = partition.getValue();
                String disk = folder.substring(0, folder.indexOf('/'));
                found.add(describe(partition.getKey(), volume.getKey(), disk, folder));
            }
        }
        return found;
    }

    /** Of each volume the kernel's name, by the name it is listed by, sorted. */
    private Map<String, String> volumes() throws GuestFilesystemException {
        Map<String, String> volumes = new TreeMap<>();
        for (String kernelName : SystemFiles.names(sysfs + "/block")) {
            String name = null;
            if (kernelName.startsWith("dm-")) {
                name = mappedName(attribute(kernelName, "dm/name"), attribute(kernelName, "dm/uuid"));
            } else if (kernelName.startsWith("md") || kernelName.startsWith(Bcache.PART)) {
                name = "/dev/" + kernelName;
            }
            if (name != null && !attribute(kernelName, "size").equals("0")) {
                volumes.put(name, kernelName);
            }
        }
        return volumes;
    }

    /** What a device of device-mapper's is listed by; null for one that only serves another. */
    static @Nullable String mappedName(String name, String uuid) {
        if (uuid.startsWith("LVM-")) {
            VolumeName volume = uuid.length() > LVM_UUID_LENGTH ? null : VolumeName.ofMapperName(name);
            return volume == null || isInternal(volume.volume()) ? null : volume.toString();
        }
        return name.startsWith("ldm_part_") ? null : "/dev/mapper/" + name;
    }

    /** Whether LVM keeps such names for the parts of its volumes; nobody else can give them. */
    private static boolean isInternal(String logicalVolume) {
        for (String suffix : INTERNAL_SUFFIXES) {
            if (logicalVolume.contains(suffix)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Folders below /sys/block of a volume's partitions, by the name they are listed by, in order. MD arrays and bcaches have them as disks do; for
     * the others {@link LoopPartitions} makes them.
     */
    private Map<String, String> volumePartitions(String volume, String kernelName) throws GuestFilesystemException {
        Map<String, String> found = new LinkedHashMap<>();
        for (String disk : SystemFiles.names(sysfs + "/block")) {
            boolean isLoopOfIt = disk.startsWith("loop")
                    && attribute(disk, "loop/backing_file").equals(devices + "/" + kernelName);
            if (disk.equals(kernelName) || isLoopOfIt) {
                Map<Integer, String> partitions = partitions(disk);
                for (Map.Entry<Integer, String> partition : partitions.entrySet()) {
                    found.put(volume + "p" + partition.getKey(), disk + "/" + partition.getValue());
                }
            }
        }
        return found;
    }

    /** The one line of a file of a disk in sysfs; empty if that is not there. */
    private String attribute(String disk, String file) throws GuestFilesystemException {
        String path = sysfs + "/block/" + disk + "/" + file;
        return new File(path).exists() ? SystemFiles.readLine(path) : "";
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
        String name = new DriveName(drive, 0).toString();
        found.add(describe(name, null, disk, disk));
        Map<Integer, String> partitions = partitions(disk);
        for (Integer partition : partitions.keySet()) {
            String partitionName = new DriveName(drive, partition).toString();
            found.add(describe(partitionName, name, disk, disk + "/" + partitions.get(partition)));
        }
        return found;
    }

    /**
     * The path of a device's node.
     *
     * @param device any of its names
     * @throws GuestFilesystemException {@code ENXIO} if there is no such device
     */
    String node(String device) throws GuestFilesystemException {
        DriveName name = DriveName.parse(device);
        if (name == null) {
            return volumeNode(device);
        }
        String kernelName = kernelName(name);
        for (int waited = 0; kernelName == null && waited < RESCAN_MILLIS; waited += POLL_MILLIS) {
            Pause.millis(POLL_MILLIS);
            kernelName = kernelName(name);
        }
        if (kernelName == null) {
            throw noSuchDevice(device);
        }
        return devices + "/" + kernelName;
    }

    /** What device-mapper knows a device by; empty if it is not its, or has gone. */
    String mapperUuid(String node) {
        String kernelName = node.substring(node.lastIndexOf('/') + 1);
        try {
            return kernelName.startsWith("dm-") ? attribute(kernelName, "dm/uuid") : "";
        } catch (GuestFilesystemException e) {
            return "";
        }
    }

    private String volumeNode(String device) throws GuestFilesystemException {
        String mapperName = VolumeName.mapperName(device);
        for (String kernelName : SystemFiles.names(sysfs + "/block")) {
            if (kernelName.startsWith("dm-") && attribute(kernelName, "dm/name").equals(mapperName)) {
                return devices + "/" + kernelName;
            }
        }
        Map<String, String> volumes = volumes();
        for (Map.Entry<String, String> volume : volumes.entrySet()) {
            if (device.startsWith(volume.getKey() + "p")) {
                String folder =
                        volumePartitions(volume.getKey(), volume.getValue()).get(device);
                if (folder != null) {
                    return devices + folder.substring(folder.indexOf('/'));
                }
            }
        }
        // The links that mdadm makes, and devices nobody lists.
        if (!new File(device).exists()) {
            throw noSuchDevice(device);
        }
        return device;
    }

    private static GuestFilesystemException noSuchDevice(String device) {
        return new GuestFilesystemException(Errno.ENXIO, device + ": there is no such device");
    }

    /**
     * Where a partition, or a drive as a whole, begins.
     *
     * @param drive its number
     * @param bytes from the beginning of the drive
     * @param kernelName of the device itself
     */
    record Start(int drive, long bytes, String kernelName) {}

    /** Where the device with this number begins; null if it is neither a drive nor a partition of one. */
    @Nullable
    Start start(int major, int minor) throws GuestFilesystemException {
        String device = byNumber(major, minor);
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
        return new Start(drive, sectors * SECTOR_BYTES, path[path.length - 1]);
    }

    /** What the kernel calls the device with this number. */
    String kernelName(int major, int minor) throws GuestFilesystemException {
        String path = SystemFiles.readLink(byNumber(major, minor));
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private String byNumber(int major, int minor) {
        return sysfs + "/dev/block/" + major + ":" + minor;
    }

    private @Nullable String kernelName(DriveName name) throws GuestFilesystemException {
        String disk = disks().get(name.drive());
        return disk == null || name.partition() == 0 ? disk : partitions(disk).get(name.partition());
    }

    /** Kernel names of the disks, by SCSI target. */
    private Map<Integer, String> disks() throws GuestFilesystemException {
        Map<Integer, String> disks = new TreeMap<>();
        for (String name : SystemFiles.names(sysfs + "/block")) {
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
        for (String name : SystemFiles.names(folder)) {
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
        Syscalls.ioctl((int) device, Abi.BLKRRPART, 0);
        Syscalls.close((int) device);
    }

    private BlockDevice describe(String name, @Nullable String parent, String disk, String folder)
            throws GuestFilesystemException {
        String base = sysfs + "/block/" + folder;
        return new BlockDevice(
                name,
                parent,
                Long.parseLong(SystemFiles.readLine(base + "/size")) * SECTOR_BYTES,
                Integer.parseInt(SystemFiles.readLine(sysfs + "/block/" + disk + "/queue/logical_block_size")),
                SystemFiles.readLine(base + "/ro").equals("1"));
    }
}
