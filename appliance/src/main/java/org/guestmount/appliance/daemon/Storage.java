package org.guestmount.appliance.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.machine.BlockDevice;

/**
 * Makes volumes of what the drives hold parts of: arrays, volume groups, dynamic disks, bcaches, and what is in these in turn. Each kind is
 * set up by its own program, which runs only if libblkid has found a part of that kind.
 *
 * <p>Nothing is written to the drives by that: arrays start in the state that MD calls auto-read, in which they neither synchronise nor
 * note that they are in use before somebody writes to them.
 *
 * <p>Source: md(4), mdadm.conf(5), lvm.conf(5), ldmtool(1).
 */
final class Storage {
    private static final int PROGRAM_SECONDS = 300;

    private static final String ARRAY_MEMBER = "linux_raid_member";
    private static final String PHYSICAL_VOLUME = "LVM2_member";

    private static final String MDADM_CONFIGURATION = "/run/mdadm.conf";
    private static final String START_READ_ONLY = "/sys/module/md_mod/parameters/start_ro";

    /** There is no udev, no daemon, no host to take into account, and no place to keep backups of metadata. */
    private static final String LVM_CONFIGURATION = """
            activation { udev_sync=0 udev_rules=0 monitoring=0 } \
            devices { obtain_device_list_from_udev=0 external_device_info_source="none" use_devicesfile=0 scan_lvs=1 } \
            backup { backup=0 archive=0 } \
            global { use_lvmpolld=0 event_activation=0 thin_check_executable="" cache_check_executable="" system_id_source="none" }\
            """;

    private static final Kind ARRAY = new Kind(
            "is a part of a RAID array",
            "The RAID array that %s is a part of",
            "mdadm",
            "mdadm",
            List.of("--assemble", "--scan", "--run", "--config=" + MDADM_CONFIGURATION));
    private static final Kind VOLUME_GROUP = new Kind(
            "is an LVM physical volume",
            "The volume group that %s is a part of",
            "lvm",
            "lvm2",
            List.of("vgchange", "--activate=y", "--config=" + LVM_CONFIGURATION));
    private static final Kind DYNAMIC_DISK = new Kind(
            "is a Windows dynamic disk", "The dynamic disk %s", "ldmtool", "ldmtool", List.of("create", "all"));

    /**
     * What drives hold parts of, and the program that sets it up.
     *
     * @param what a part is, after the name of its device
     * @param subject the whole, with a place for that name
     */
    private record Kind(String what, String subject, String program, String debianPackage, List<String> arguments) {}

    private final BlockDevices devices;
    private final Blkid blkid;

    /** The devices that were looked at: what a device holds does not change, except for the filesystems. */
    private final Set<String> examined = new HashSet<>();

    /** Nodes of the parts of arrays. */
    private final List<String> members = new ArrayList<>();

    /** The parts of bcaches that are new, by name. */
    private final List<String> cached = new ArrayList<>();

    /** Whether there is anything to take apart in the end. */
    private boolean made;

    Storage(BlockDevices devices, Blkid blkid) {
        this.devices = devices;
        this.blkid = blkid;
    }

    /** What one look at the devices found that has to be set up; the first device of each kind, empty if there is none. */
    private static final class Found {
        private String arrayMember = "";
        private String physicalVolume = "";
        private String dynamicDisk = "";

        /** Whether looking at the devices has made others. */
        private boolean others;

        boolean anything() {
            return !arrayMember.isEmpty() || !physicalVolume.isEmpty() || !dynamicDisk.isEmpty() || others;
        }
    }

    /** Sets up what there is; returns what could not be, for the user to read. */
    List<String> assemble() throws GuestFilesystemException {
        List<String> problems = new ArrayList<>();
        Found found = examine(problems);
        while (found.anything()) {
            made = true;
            if (!found.arrayMember.isEmpty()) {
                setUp(ARRAY, found.arrayMember, problems);
            }
            if (!found.physicalVolume.isEmpty()) {
                setUp(VOLUME_GROUP, found.physicalVolume, problems);
            }
            if (!found.dynamicDisk.isEmpty()) {
                setUp(DYNAMIC_DISK, found.dynamicDisk, problems);
            }
            found = examine(problems);
        }
        for (String device : cached) {
            String node = devices.node(device);
            if (Bcache.lacksCache(node)) {
                problems.add(
                        device + " is cached by another device, which is not there: add the drive that holds the cache "
                                + Bcache.cacheOf(node));
            }
        }
        cached.clear();
        return problems;
    }

    /** Looks at the devices that are new. */
    private Found examine(List<String> problems) throws GuestFilesystemException {
        Found found = new Found();
        for (BlockDevice device : devices.awaitDrives(0)) {
            if (examined.add(device.name())) {
                try {
                    examine(device, found, problems);
                } catch (GuestFilesystemException e) {
                    // A damaged disk does not hide the others; using it will say what is wrong with it.
                    System.err.println(e.getMessage());
                }
            }
        }
        return found;
    }

    private void examine(BlockDevice device, Found found, List<String> problems) throws GuestFilesystemException {
        String node = devices.node(device.name());
        Blkid.Content content = blkid.recognise(node);
        if (ARRAY_MEMBER.equals(content.type())) {
            members.add(node);
            found.arrayMember = device.name();
        } else if (PHYSICAL_VOLUME.equals(content.type())) {
            found.physicalVolume = device.name();
        } else if ("btrfs".equals(content.type()) && BtrfsDevices.hasSeveral(node)) {
            BtrfsDevices.scan(node);
        } else if (Bcache.PART.equals(content.type())) {
            cache(device.name(), node, problems);
            found.others = true;
        } else if (content.type() == null && content.partitionTable() != null && device.parent() == null) {
            if (node.startsWith("/dev/dm-")) {
                LoopPartitions.attach(node);
                found.others = true;
            }
            if (DynamicDisks.isOne(node, device.logicalBlockBytes())) {
                found.dynamicDisk = device.name();
            }
        }
    }

    private void cache(String device, String node, List<String> problems) {
        try {
            Bcache.register(device, node);
            cached.add(device);
        } catch (GuestFilesystemException e) {
            problems.add(e.getMessage());
        }
    }

    /** Has arrays start without being written to, and only those of the guest's disks. */
    private void prepareArrays() throws GuestFilesystemException {
        if (!new File(START_READ_ONLY).exists()) {
            HelperProgram.run(List.of("modprobe", "md_mod"), PROGRAM_SECONDS);
        }
        SystemFiles.write(START_READ_ONLY, "1");
        // Without this machine's name in it, an array keeps the name and number that it has in the guest.
        StringBuilder configuration = new StringBuilder("HOMEHOST <ignore>\nDEVICE");
        for (String node : members) {
            configuration.append(' ').append(node);
        }
        try {
            Files.createDirectories(new File("/run").toPath());
            Files.writeString(
                    new File(MDADM_CONFIGURATION).toPath(),
                    configuration.append('\n').toString(),
                    StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new GuestFilesystemException(Errno.EIO, "cannot write " + MDADM_CONFIGURATION, e);
        }
    }

    private void setUp(Kind kind, String device, List<String> problems) throws GuestFilesystemException {
        String program = HelperProgram.find(kind.program);
        if (program == null) {
            problems.add(missing(device, kind.what, kind.program, kind.debianPackage));
            return;
        }
        if (kind.equals(ARRAY)) {
            prepareArrays();
        }
        List<String> command = new ArrayList<>(kind.arguments);
        command.add(0, program);
        HelperProgram.Result result = HelperProgram.run(command, PROGRAM_SECONDS);
        if (result.status() != 0) {
            problems.add(kind.subject.formatted(device) + " could not be set up completely: " + result.output());
        }
    }

    /** What is said where the appliance lacks a program. */
    static String missing(String device, String what, String program, String debianPackage) {
        return device + " " + what + "; the appliance has no " + program + ": install " + debianPackage
                + " and run guestmount-appliance build";
    }

    /** Notes that a volume was made by somebody else, to be taken apart as well. */
    void adopt() {
        made = true;
    }

    /** Takes everything apart again, so that the drives are as after a shutdown. */
    void release() throws GuestFilesystemException {
        if (made) {
            VolumeRemoval.removeAll();
            made = false;
            examined.clear();
            members.clear();
        }
    }
}
